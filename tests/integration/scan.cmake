add_test(NAME scan_program COMMAND unshare --pid --fork --kill-child --mount-proc
         /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/scan_program_test.py $<TARGET_FILE:mgr-scan>)
set_tests_properties(scan_program PROPERTIES LABELS integration TIMEOUT 300)
