# Inside a pid namespace of its own, so that a stray signal could reach nothing else.
set(IN_PID_NAMESPACE unshare --pid --fork --kill-child --mount-proc prlimit --nproc=4000)
add_test(NAME spine.Streams
         COMMAND ${IN_PID_NAMESPACE} /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/jobs_stream_test.py
                 ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
set_tests_properties(spine.Streams PROPERTIES LABELS integration TIMEOUT 300)
foreach(group Output Json Life Cache Streams Mgrctl)
  add_test(NAME spine.Outputs.${group}
           COMMAND ${IN_PID_NAMESPACE} /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/outputs_test.py
                   ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${group})
  set_tests_properties(spine.Outputs.${group} PROPERTIES LABELS integration TIMEOUT 300)
endforeach()
add_test(NAME spine.EvilBroker
         COMMAND ${IN_PID_NAMESPACE} /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/evil_broker_test.py
                 ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
set_tests_properties(spine.EvilBroker PROPERTIES LABELS integration TIMEOUT 300)
