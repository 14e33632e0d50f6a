# The examples of each page of the manual, as they stand there, and what is known not to be run.
file(GLOB manual_pages CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}/packaging/man ${PROJECT_SOURCE_DIR}/packaging/man/*.[1-9])
set(manual_tests Lists)
foreach(page ${manual_pages})
  string(REGEX REPLACE "[-.]" "_" method ${page})
  list(APPEND manual_tests Pages.test_${method})
endforeach()
foreach(test ${manual_tests})
  add_test(NAME manual.${test}
           COMMAND ${IN_PID_NAMESPACE} /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/manual_test.py
                   ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${test})
  set_tests_properties(manual.${test} PROPERTIES LABELS integration TIMEOUT 300)
endforeach()
