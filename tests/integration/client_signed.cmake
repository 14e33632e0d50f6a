# mgrctl's keys, signatures and known hosts: with real daemons, and with one that lies.
foreach(group Lying Keys Local Tcp Files)
  add_test(NAME client_signed.${group}
           COMMAND ${IN_PID_NAMESPACE} /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/client_signed_test.py
                   ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${group})
  set_tests_properties(client_signed.${group} PROPERTIES LABELS "integration;signed" TIMEOUT 300)
endforeach()
