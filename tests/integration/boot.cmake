# The units, in a Debian 12 that systemd-nspawn boots. What the sanitizers need is not installed
# there, so the release build alone has this test.
if(NOT MGR_SANITIZE AND CMAKE_BUILD_TYPE STREQUAL "Release")
  add_test(NAME boot COMMAND ${CMAKE_CURRENT_LIST_DIR}/boot_test.sh ${PROJECT_BINARY_DIR})
  # The first run downloads the system.
  set_tests_properties(boot PROPERTIES LABELS boot TIMEOUT 420 RESOURCE_LOCK guest)
endif()
