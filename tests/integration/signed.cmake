# What PROTOCOL.md says of signed requests, word for word, and what is done to them on the way.
foreach(group InAShell Vectors)
  add_test(NAME protocol_examples.${group}
           COMMAND ${IN_PID_NAMESPACE} /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/protocol_examples_test.py
                   ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${group})
  set_tests_properties(protocol_examples.${group} PROPERTIES LABELS "integration;signed" TIMEOUT 300)
endforeach()
# Bad input: by who altered a signed request, sent it again, or signed it with a key that does not count.
foreach(group fields_test.Altered fields_test.Written fields_test.Fresh fields_test.Mutated keys_test.Keys keys_test.Signatures
              passed_on_test.Bodies passed_on_test.Replays passed_on_test.PassedOn client_test.MgrPy client_test.MinProof)
  string(REPLACE "." ";" words ${group})
  list(GET words 0 file)
  list(GET words 1 class)
  add_test(NAME signed.${class}
           COMMAND ${IN_PID_NAMESPACE} /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/signed_${file}.py
                   ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${class})
  set_tests_properties(signed.${class} PROPERTIES LABELS "integration;signed" TIMEOUT 300)
endforeach()
