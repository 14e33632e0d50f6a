# Signed requests count once. With a mount namespace, beside that of pids.
foreach(group Replay Reboot Damage Clock FullDisk)
  add_test(NAME signed.nonces.${group}
           COMMAND ${IN_PID_NAMESPACE} /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/signed_nonces_test.py
                   ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${group})
  set_tests_properties(signed.nonces.${group} PROPERTIES LABELS "integration;signed" TIMEOUT 300)
endforeach()
