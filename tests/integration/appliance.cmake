# The example appliance, whole. One at a time: it adds a user.
add_test(NAME appliance
         COMMAND ${IN_PID_NAMESPACE} /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/appliance_test.py
                 ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
set_tests_properties(appliance PROPERTIES LABELS "integration;appliance" TIMEOUT 300
                     RESOURCE_LOCK machine_users)
