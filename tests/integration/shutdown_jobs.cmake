# The module shutdown over the socket of a whole mgr, with a command that switches nothing off.
foreach(group Conflict Crowd Waiting Together)
  add_test(NAME shutdown_jobs.${group}
           COMMAND ${IN_PID_NAMESPACE} /usr/bin/python3 -B
                   ${CMAKE_CURRENT_SOURCE_DIR}/shutdown_jobs_test.py
                   ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${group})
  set_tests_properties(shutdown_jobs.${group} PROPERTIES LABELS "integration;modules" TIMEOUT 300)
endforeach()
foreach(group Scheduled BadInput Callers)
  add_test(NAME shutdown_asked.${group}
           COMMAND ${IN_PID_NAMESPACE} /usr/bin/python3 -B
                   ${CMAKE_CURRENT_SOURCE_DIR}/shutdown_asked_test.py
                   ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${group})
  set_tests_properties(shutdown_asked.${group} PROPERTIES LABELS "integration;modules" TIMEOUT 300)
endforeach()
