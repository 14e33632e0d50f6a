# A configuration that changes while a whole mgr runs.
foreach(group Change Keeps Broken Beside Many Mgrctl Load)
  add_test(NAME reload.${group}
           COMMAND ${IN_PID_NAMESPACE} /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/reload_test.py
                   ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${group})
  set_tests_properties(reload.${group} PROPERTIES LABELS integration TIMEOUT 300)
endforeach()
