# The rpm, with what release builds: it is made twice, installed without a system that runs, and in one that does.
if(NOT MGR_SANITIZE AND CMAKE_BUILD_TYPE STREQUAL "Release")
  foreach(step build root boot)
    set(command ${CMAKE_CURRENT_LIST_DIR}/rpm_${step}_test.sh ${PROJECT_BINARY_DIR})
    if(step STREQUAL "root")  # which mounts into that system what its programs look at
      list(PREPEND command ${IN_PID_NAMESPACE})
    endif()
    add_test(NAME rpm.${step} COMMAND ${command})
    set_tests_properties(rpm.${step} PROPERTIES LABELS "package;install" TIMEOUT 600)
  endforeach()
  # With a cold cache it compiles everything.
  set_tests_properties(rpm.build PROPERTIES FIXTURES_SETUP rpm TIMEOUT 1800)
  set_tests_properties(rpm.root PROPERTIES FIXTURES_REQUIRED "rpm;deb")
  set_tests_properties(rpm.boot PROPERTIES FIXTURES_REQUIRED rpm RESOURCE_LOCK guest)
endif()
