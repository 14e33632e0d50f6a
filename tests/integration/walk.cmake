# README's way from a sudoers file to a working policy, in its own words, and what else mgrctl import
# says and refuses.
foreach(group Walk Import)
  add_test(NAME walk.${group}
           COMMAND ${IN_PID_NAMESPACE} /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/walk_test.py
                   ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${group})
  set_tests_properties(walk.${group} PROPERTIES LABELS integration TIMEOUT 300)
endforeach()
