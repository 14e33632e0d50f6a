# What is told before it is done, and what is not done twice, over the socket of a whole mgr.
foreach(group DryRun CanI RequestId Mgrctl)
  add_test(NAME plans.${group}
           COMMAND ${IN_PID_NAMESPACE} /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/plans_test.py
                   ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${group})
  set_tests_properties(plans.${group} PROPERTIES LABELS integration TIMEOUT 300)
endforeach()
