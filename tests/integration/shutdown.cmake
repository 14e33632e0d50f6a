add_test(NAME shutdown_program COMMAND unshare --pid --fork --kill-child --mount-proc
         prlimit --nproc=4000
         /usr/bin/python3 -B ${CMAKE_CURRENT_LIST_DIR}/shutdown_program_test.py
         $<TARGET_FILE:mgr-shutdown>)
set_tests_properties(shutdown_program PROPERTIES LABELS "integration;modules" TIMEOUT 120)
