# mgr.php: against a daemon of the tests' own making, and with a whole mgr.
foreach(test client_php client_php_lies client_php_lines client_php_signed client_php_keys)
  add_test(NAME ${test}
           COMMAND ${IN_PID_NAMESPACE} /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/${test}_test.py)
  set_tests_properties(${test} PROPERTIES LABELS "integration;web" TIMEOUT 300)
endforeach()
foreach(test client_php_mgr client_php_examples)
  add_test(NAME ${test}
           COMMAND ${IN_PID_NAMESPACE} /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/${test}_test.py
                   ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
  set_tests_properties(${test} PROPERTIES LABELS "integration;web" TIMEOUT 300)
endforeach()
