# TAB in bash and zsh, for mgrctl.
foreach(group Running Away)
  add_test(NAME completion.${group}
           COMMAND ${IN_PID_NAMESPACE} /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/completion_test.py
                   ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${group})
  set_tests_properties(completion.${group} PROPERTIES LABELS integration TIMEOUT 300)
endforeach()
