# What an upgrade meets: records of an older version, a broker of another one.
foreach(group Records Versions)
  add_test(NAME upgrade.${group}
           COMMAND ${IN_PID_NAMESPACE} /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/upgrade_test.py
                   ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${group})
  set_tests_properties(upgrade.${group} PROPERTIES LABELS integration TIMEOUT 300)
endforeach()
