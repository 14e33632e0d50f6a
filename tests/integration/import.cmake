# What mgrctl import writes, says and refuses.
add_test(NAME import.Import
         COMMAND ${IN_PID_NAMESPACE} /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/import_test.py
                 ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
set_tests_properties(import.Import PROPERTIES LABELS integration TIMEOUT 300)
