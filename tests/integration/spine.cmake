foreach(group Walk Connections BadInput Configuration Survival Audit Secrets Programs)
  add_test(NAME spine.${group}
           COMMAND ${IN_PID_NAMESPACE} /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/spine_test.py
                   ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${group})
  set_tests_properties(spine.${group} PROPERTIES LABELS integration TIMEOUT 300)
endforeach()
