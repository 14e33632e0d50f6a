# The module service: with real daemons and harmless commands, and with a real systemd in a guest.
add_test(NAME service.Requests
         COMMAND ${IN_PID_NAMESPACE} /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/service_test.py
                 ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
set_tests_properties(service.Requests PROPERTIES LABELS "integration;modules" TIMEOUT 300)
if(NOT MGR_SANITIZE AND CMAKE_BUILD_TYPE STREQUAL "Release")
  add_test(NAME service COMMAND ${CMAKE_CURRENT_LIST_DIR}/service_test.sh ${PROJECT_BINARY_DIR})
  set_tests_properties(service PROPERTIES LABELS modules TIMEOUT 420 RESOURCE_LOCK guest)
endif()
