# The Debian package: made of this build, looked at by lintian, and taken apart. Of the release build
# alone, which is the one that is packed.
if(NOT MGR_SANITIZE AND CMAKE_BUILD_TYPE STREQUAL "Release")
  add_test(NAME package.deb COMMAND ${CMAKE_CURRENT_LIST_DIR}/package_deb.sh ${PROJECT_BINARY_DIR})
  set_tests_properties(package.deb PROPERTIES LABELS "package;install" TIMEOUT 600 FIXTURES_SETUP deb RESOURCE_LOCK packages)
  add_test(NAME package.deb_parts COMMAND /usr/bin/python3 -B ${CMAKE_CURRENT_LIST_DIR}/package_deb_test.py
           ${PROJECT_BINARY_DIR})
  set_tests_properties(package.deb_parts PROPERTIES LABELS "package;install" TIMEOUT 120 FIXTURES_REQUIRED deb)
endif()
