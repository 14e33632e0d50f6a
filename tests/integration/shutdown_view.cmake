# What mgrctl shows of a shutdown.
add_test(NAME shutdown_view
         COMMAND ${IN_PID_NAMESPACE} /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/shutdown_view_test.py
                 ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
set_tests_properties(shutdown_view PROPERTIES LABELS "integration;modules" TIMEOUT 300)
