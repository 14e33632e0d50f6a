# The helper's sockets, held by somebody else over its restarts, as systemd does.
foreach(group Sockets Restart)
  add_test(NAME activation.${group}
           COMMAND ${IN_PID_NAMESPACE} /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/activation_test.py
                   ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${group})
  set_tests_properties(activation.${group} PROPERTIES LABELS integration TIMEOUT 300)
endforeach()
