# mgrctl policy lint and policy check, of folders of the test's own.
foreach(group Lint Check)
  add_test(NAME lint.${group}
           COMMAND /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/lint_test.py
                   ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${group})
  set_tests_properties(lint.${group} PROPERTIES LABELS integration TIMEOUT 300)
endforeach()
