# The broker with a helper and clients that are the test's own; mgr_broker_test_support is in
# tests/unit/broker.cmake.
foreach(part requests refusals bodies limits signed link follow result cage flood program)
  add_executable(test_broker_${part} ${CMAKE_CURRENT_LIST_DIR}/broker_${part}_test.cpp)
  target_link_libraries(test_broker_${part} PRIVATE mgr_broker_test_support GTest::gtest_main)
  gtest_discover_tests(test_broker_${part} PROPERTIES LABELS integration TIMEOUT 120)
endforeach()
target_sources(test_broker_follow PRIVATE ${CMAKE_CURRENT_LIST_DIR}/broker_follow_readers_test.cpp)
target_link_libraries(test_broker_follow PRIVATE nlohmann_json::nlohmann_json)
target_link_libraries(test_broker_result PRIVATE nlohmann_json::nlohmann_json)
target_compile_definitions(test_broker_program
  PRIVATE MGR_BROKER_PROGRAM="$<TARGET_FILE:mgr-broker>")
add_dependencies(test_broker_program mgr-broker)
