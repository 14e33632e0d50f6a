# mgrctl doctor: a whole mgr that is well, and then has one thing wrong with it at a time.
foreach(group Well Broken Keys Log Seen)
  add_test(NAME doctor.${group}
           COMMAND ${IN_PID_NAMESPACE} /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/doctor_test.py
                   ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${group})
  set_tests_properties(doctor.${group} PROPERTIES LABELS integration TIMEOUT 300)
endforeach()
