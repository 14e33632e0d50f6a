# 25 rounds; `tests/run soak` sets MGR_SOAK_ROUNDS=500.
add_test(NAME soak
         COMMAND ${IN_PID_NAMESPACE} /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/soak_test.py
                 ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
set_tests_properties(soak PROPERTIES LABELS "integration;soak" TIMEOUT 3600)
