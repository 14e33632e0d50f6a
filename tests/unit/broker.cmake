# The broker's pieces, without a process of their own.
add_library(mgr_broker_test_support STATIC ${CMAKE_CURRENT_LIST_DIR}/broker_support.cpp)
target_link_libraries(mgr_broker_test_support PUBLIC mgr_broker_core GTest::gtest)

add_executable(test_broker_pieces ${CMAKE_CURRENT_LIST_DIR}/broker_pieces_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/broker_repeats_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/broker_job_output_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/broker_job_output_json_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/broker_job_result_test.cpp)
target_link_libraries(test_broker_pieces PRIVATE mgr_broker_test_support mgr_json_output nlohmann_json::nlohmann_json GTest::gtest_main)
gtest_discover_tests(test_broker_pieces PROPERTIES LABELS unit TIMEOUT 60)
