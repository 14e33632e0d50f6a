# The audit log of a whole mgr, and mgrctl audit.
foreach(group Keys Reading Rotation FullDisk Journal)
  add_test(NAME audit.${group}
           COMMAND ${IN_PID_NAMESPACE} /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/audit_test.py
                   ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${group})
  set_tests_properties(audit.${group} PROPERTIES LABELS integration TIMEOUT 300)
endforeach()
