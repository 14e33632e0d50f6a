# mgrctl doctor: a whole mgr that is well, and then has one thing wrong with it at a time.
foreach(one doctor_test.Well doctor_test.Seen doctor_broken_test.Broken doctor_keys_test.Keys doctor_keys_test.Log)
  string(REPLACE "." ";" file_and_group ${one})
  list(GET file_and_group 0 file)
  list(GET file_and_group 1 group)
  add_test(NAME doctor.${group}
           COMMAND ${IN_PID_NAMESPACE} /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/${file}.py
                   ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${group})
  set_tests_properties(doctor.${group} PROPERTIES LABELS integration TIMEOUT 300)
endforeach()
