# mgrctl setup, with the files that are shipped. In a mount namespace of its own, beside that of pids.
foreach(one setup_test.Options setup_test.Beside setup_machine_test.Admin setup_machine_test.Running
             setup_questions_test.Questions)
  string(REPLACE "." ";" file_and_group ${one})
  list(GET file_and_group 0 file)
  list(GET file_and_group 1 group)
  add_test(NAME setup.${group}
           COMMAND ${IN_PID_NAMESPACE} /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/${file}.py
                   ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${group})
  set_tests_properties(setup.${group} PROPERTIES LABELS integration TIMEOUT 300)
endforeach()
