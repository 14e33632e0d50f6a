# Inside a pid namespace of its own, so that a stray signal could reach nothing else.
set(IN_PID_NAMESPACE unshare --pid --fork --kill-child --mount-proc prlimit --nproc=4000)
foreach(group Bodies Secrets Paths)
  add_test(NAME inputs.${group}
           COMMAND ${IN_PID_NAMESPACE} /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/inputs_test.py
                   ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${group})
  set_tests_properties(inputs.${group} PROPERTIES LABELS integration TIMEOUT 300)
endforeach()
