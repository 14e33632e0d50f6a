# The whole under a supervisor of plain sh.
add_test(NAME without_systemd
         COMMAND ${IN_PID_NAMESPACE} /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/without_systemd_test.py
                 ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
set_tests_properties(without_systemd PROPERTIES LABELS integration TIMEOUT 300)
