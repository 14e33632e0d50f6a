# mgr.cgi: as a web server runs it, with real daemons behind it, and with one that lies.
function(mgr_cgi_test file)
  foreach(group ${ARGN})
    add_test(NAME cgi.${group}
             COMMAND ${IN_PID_NAMESPACE} /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/${file}
                     ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${group})
    set_tests_properties(cgi.${group} PROPERTIES LABELS integration TIMEOUT 300)
  endforeach()
endfunction()
mgr_cgi_test(cgi_test.py Walk Tokens)
mgr_cgi_test(cgi_refused_test.py Terms Process)
mgr_cgi_test(cgi_answers_test.py Streams Signed Lying)
