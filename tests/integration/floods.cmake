# What one client may not do to the others, with real daemons.
foreach(group Floods Forgeries SlowClients Descriptors Churn Stats)
  add_test(NAME floods.${group}
           COMMAND ${IN_PID_NAMESPACE} /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/floods_test.py
                   ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${group})
  set_tests_properties(floods.${group} PROPERTIES LABELS "integration;signed" TIMEOUT 300)
endforeach()
