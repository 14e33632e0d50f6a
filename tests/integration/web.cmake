# The page and mgr.cgi behind nginx with fcgiwrap, lighttpd and Apache, each set up as packaging/examples/web has it.
set(web_groups page_test.Configurations streams_test.NginxLimits)
foreach(server Nginx Lighttpd Apache)
  foreach(group page_test.@Page requests_test.@Requests requests_test.@Strangers requests_test.@Browsers
                requests_test.@Malformed streams_test.@Streams)
    string(REPLACE "@" ${server} group ${group})
    list(APPEND web_groups ${group})
  endforeach()
endforeach()
foreach(group ${web_groups})
  string(REPLACE "." ";" words ${group})
  list(GET words 0 file)
  list(GET words 1 class)
  add_test(NAME web.${class}
           COMMAND ${IN_PID_NAMESPACE} /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/web_${file}.py
                   ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${class})
  set_tests_properties(web.${class} PROPERTIES LABELS "integration;web" TIMEOUT 300)
endforeach()
# And on a Debian 12 that boots, with the units of the example, by the commands of its README.
if(NOT MGR_SANITIZE AND CMAKE_BUILD_TYPE STREQUAL "Release")
  add_test(NAME web COMMAND ${CMAKE_CURRENT_LIST_DIR}/web_guest_test.sh ${PROJECT_BINARY_DIR})
  # The first run downloads the system.
  set_tests_properties(web PROPERTIES LABELS web TIMEOUT 900 RESOURCE_LOCK guest)
endif()
