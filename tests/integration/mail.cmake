# mgr-mail by itself, then the module with its mailer and a server, and at last with Postfix in a guest.
add_test(NAME mail.program
         COMMAND /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/mail_program_test.py
                 ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
set_tests_properties(mail.program PROPERTIES LABELS "integration;modules" TIMEOUT 300)
foreach(group Sent Sender Failures Waiting BadInput)
  add_test(NAME mail.${group}
           COMMAND ${IN_PID_NAMESPACE} /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/mail_smtp_test.py
                   ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${group})
  set_tests_properties(mail.${group} PROPERTIES LABELS "integration;modules" TIMEOUT 300)
endforeach()
if(NOT MGR_SANITIZE AND CMAKE_BUILD_TYPE STREQUAL "Release")
  add_test(NAME mail.postfix COMMAND ${CMAKE_CURRENT_LIST_DIR}/mail_test.sh ${PROJECT_BINARY_DIR})
  # The first run downloads the system.
  set_tests_properties(mail.postfix PROPERTIES LABELS modules TIMEOUT 420 RESOURCE_LOCK guest)
endif()
