# Jobs over the socket of a whole mgr.
function(mgr_jobs_socket_test file)
  foreach(group ${ARGN})
    add_test(NAME jobs_${file}.${group}
             COMMAND ${IN_PID_NAMESPACE} /usr/bin/python3 -B
                     ${CMAKE_CURRENT_SOURCE_DIR}/jobs_${file}_test.py
                     ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${group})
    set_tests_properties(jobs_${file}.${group} PROPERTIES LABELS integration TIMEOUT 300)
  endforeach()
endfunction()
mgr_jobs_socket_test(queue Queue Keys Ends)
mgr_jobs_socket_test(ask Stop Wait Watch List Prune Retention)
mgr_jobs_socket_test(restart Restart)
mgr_jobs_socket_test(ending Ending)
mgr_jobs_socket_test(full_disk FullDisk)
