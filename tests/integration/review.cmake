# What mgrctl says of a policy: of the one in force, and of files.
foreach(group Explain Expectations Hostile)
  add_test(NAME review.${group}
           COMMAND ${IN_PID_NAMESPACE} /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/review_test.py
                   ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${group})
  set_tests_properties(review.${group} PROPERTIES LABELS integration TIMEOUT 300)
endforeach()
