# The terms of an action and of a rule, over the socket of a whole mgr.
foreach(group Rate Proof Rules)
  add_test(NAME terms.${group}
           COMMAND ${IN_PID_NAMESPACE} /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/terms_test.py
                   ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${group})
  set_tests_properties(terms.${group} PROPERTIES LABELS integration TIMEOUT 300)
endforeach()
