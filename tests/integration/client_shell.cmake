# mgr.sh in each of its shells: with daemons of the tests' own making, with a key, and with a whole mgr.
foreach(shell bash dash busybox)
  if(NOT MGR_SANITIZE)  # in the first three no program of mgr runs
    add_test(NAME client_shell.${shell}
             COMMAND /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/client_shell_test.py ${shell})
    add_test(NAME client_shell_connections.${shell}
             COMMAND /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/client_shell_connections_test.py ${shell})
    add_test(NAME client_shell_signed.${shell}
             COMMAND /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/client_shell_signed_test.py ${shell})
    set_tests_properties(client_shell.${shell} client_shell_connections.${shell} PROPERTIES LABELS integration TIMEOUT 1200)
    set_tests_properties(client_shell_signed.${shell} PROPERTIES LABELS "integration;signed" TIMEOUT 1200)
  endif()
  add_test(NAME client_shell_daemons.${shell}
           COMMAND ${IN_PID_NAMESPACE} /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/client_shell_daemons_test.py
                   ${shell} ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
  set_tests_properties(client_shell_daemons.${shell} PROPERTIES LABELS integration TIMEOUT 600)
endforeach()
