# mgr.py and mgrctl against a daemon of the tests' own making.
add_test(NAME client_python
         COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_LIST_DIR}/client_python_test.py)
add_test(NAME client_python_signed
         COMMAND /usr/bin/python3 -B ${CMAKE_CURRENT_LIST_DIR}/client_python_signed_test.py)
add_test(NAME client_python_jobs
         COMMAND ${Python3_EXECUTABLE} -W error -B ${CMAKE_CURRENT_LIST_DIR}/client_python_jobs_test.py)
add_test(NAME client_python_examples
         COMMAND ${IN_PID_NAMESPACE} /usr/bin/python3 -B ${CMAKE_CURRENT_LIST_DIR}/client_python_examples_test.py
                 ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
add_test(NAME client_mgrctl
         COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_LIST_DIR}/client_mgrctl_test.py
                 $<TARGET_FILE:mgrctl>)
add_test(NAME client_jobs
         COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_LIST_DIR}/client_jobs_test.py
                 $<TARGET_FILE:mgrctl>)
add_test(NAME client_inputs
         COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_LIST_DIR}/client_inputs_test.py
                 $<TARGET_FILE:mgrctl>)
add_test(NAME client_answers
         COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_LIST_DIR}/client_answers_test.py
                 $<TARGET_FILE:mgrctl>)
set_tests_properties(client_python client_python_signed client_python_jobs client_python_examples client_mgrctl
                     client_jobs client_inputs client_answers PROPERTIES LABELS integration TIMEOUT 120)
