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
