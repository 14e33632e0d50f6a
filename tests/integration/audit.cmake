# The audit log of a whole mgr, and mgrctl audit.
function(mgr_audit_tests file)  # FILE GROUP…
  foreach(group IN LISTS ARGN)
    add_test(NAME audit.${group}
             COMMAND ${IN_PID_NAMESPACE} /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/${file}
                     ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${group})
    set_tests_properties(audit.${group} PROPERTIES LABELS integration TIMEOUT 300)
  endforeach()
endfunction()

mgr_audit_tests(audit_test.py Keys Reading)
mgr_audit_tests(audit_files_test.py Rotation FullDisk Journal)
