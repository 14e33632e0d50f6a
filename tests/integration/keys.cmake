# The first start, and keys that come and go while a whole mgr runs.
# With a mount namespace, beside that of pids.
foreach(group Once Told Halves Loose ReadOnly)
  add_test(NAME first_start.${group}
           COMMAND ${IN_PID_NAMESPACE} /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/first_start_test.py
                   ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${group})
  set_tests_properties(first_start.${group} PROPERTIES LABELS integration TIMEOUT 300)
endforeach()
foreach(group Rotation Validity Secrets Mistakes)
  add_test(NAME keys.${group}
           COMMAND ${IN_PID_NAMESPACE} /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/keys_test.py
                   ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${group})
  set_tests_properties(keys.${group} PROPERTIES LABELS integration TIMEOUT 300)
endforeach()
