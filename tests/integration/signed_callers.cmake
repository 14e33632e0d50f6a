# Who a signed request is from, and who it is not.
foreach(group Callers Jobs Terms Proof EvilBroker)
  add_test(NAME signed.callers.${group}
           COMMAND ${IN_PID_NAMESPACE} /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/signed_callers_test.py
                   ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${group})
  set_tests_properties(signed.callers.${group} PROPERTIES LABELS "integration;signed" TIMEOUT 300)
endforeach()
