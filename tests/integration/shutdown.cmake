add_test(NAME shutdown_program COMMAND unshare --pid --fork --kill-child --mount-proc
         prlimit --nproc=4000
         /usr/bin/python3 -B ${CMAKE_CURRENT_LIST_DIR}/shutdown_program_test.py
         $<TARGET_FILE:mgr-shutdown>)
set_tests_properties(shutdown_program PROPERTIES LABELS "integration;modules" TIMEOUT 120)

# The login manager of a Debian 12 that systemd-nspawn boots; the release build alone, as with boot.
if(NOT MGR_SANITIZE AND CMAKE_BUILD_TYPE STREQUAL "Release")
  add_test(NAME shutdown COMMAND ${CMAKE_CURRENT_LIST_DIR}/shutdown_test.sh ${PROJECT_BINARY_DIR})
  set_tests_properties(shutdown PROPERTIES LABELS modules TIMEOUT 420 RESOURCE_LOCK guest)
endif()
