# The examples of each page of the manual, as they stand there, and what is known not to be run.
file(GLOB manual_pages CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}/packaging/man ${PROJECT_SOURCE_DIR}/packaging/man/*.[1-9])
set(manual_tests Lists ExitStatuses Options)
foreach(page ${manual_pages})
  string(REGEX REPLACE "[-.]" "_" method ${page})
  list(APPEND manual_tests Pages.test_${method})
endforeach()
add_test(NAME manual.keys
         COMMAND ${IN_PID_NAMESPACE} /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/manual_keys_test.py
                 ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
set_tests_properties(manual.keys PROPERTIES LABELS integration TIMEOUT 120)
# Those that want systemd, which BOOTED of manual_elsewhere.py lists.
list(REMOVE_ITEM manual_tests Pages.test_mgr_broker_8 Pages.test_mgr_helper_8 Pages.test_mgr_service_8)
if(NOT MGR_SANITIZE AND CMAKE_BUILD_TYPE STREQUAL "Release")
  add_test(NAME manual_systemd COMMAND ${CMAKE_CURRENT_LIST_DIR}/manual_systemd_test.sh ${PROJECT_BINARY_DIR})
  set_tests_properties(manual_systemd PROPERTIES LABELS integration TIMEOUT 420 RESOURCE_LOCK guest)
endif()
# The programs of jobs are those that the pages speak of, and in mgr-job's cage no leak is looked for: that wants ptrace.
if(MGR_SANITIZE)
  list(FILTER manual_tests EXCLUDE REGEX "^Pages")
endif()
foreach(test ${manual_tests})
  add_test(NAME manual.${test}
           COMMAND ${IN_PID_NAMESPACE} /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/manual_test.py
                   ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${test})
  set_tests_properties(manual.${test} PROPERTIES LABELS integration TIMEOUT 300)
endforeach()
