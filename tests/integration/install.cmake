# The package (package_deb.cmake), installed by apt into a Debian 12 that systemd-nspawn boots, and into one
# that does not run systemd; of the release build alone, as with boot.
if(NOT MGR_SANITIZE AND CMAKE_BUILD_TYPE STREQUAL "Release")
  foreach(test install install_without_systemd)
    add_test(NAME ${test} COMMAND ${CMAKE_CURRENT_LIST_DIR}/${test}_test.sh ${PROJECT_BINARY_DIR})
    # The first run downloads the systems.
    set_tests_properties(${test} PROPERTIES LABELS install TIMEOUT 1800 RESOURCE_LOCK guest FIXTURES_REQUIRED deb)
  endforeach()
endif()
