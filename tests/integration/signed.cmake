# What PROTOCOL.md says of signed requests, word for word, and what is done to them on the way. IN_PID_NAMESPACE is
# spine.cmake's.
foreach(group InAShell Vectors)
  add_test(NAME protocol_examples.${group}
           COMMAND ${IN_PID_NAMESPACE} /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/protocol_examples_test.py
                   ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${group})
  set_tests_properties(protocol_examples.${group} PROPERTIES LABELS "integration;signed" TIMEOUT 300)
endforeach()
