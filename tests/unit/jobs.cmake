mgr_unit_test(output_record_test output_record_test.cpp LIBRARIES mgr_output_language)
mgr_unit_test(jobs_unit_test jobs_records_test.cpp jobs_state_test.cpp jobs_cgroup_limits_test.cpp
  jobs_cgroup_path_test.cpp jobs_store_test.cpp jobs_signal_test.cpp jobs_schedule_test.cpp
  jobs_request_index_test.cpp jobs_retention_test.cpp
  ${PROJECT_SOURCE_DIR}/helper/jobs/mgr-job/leaf_limits.cpp LIBRARIES mgr_jobs mgr_cgroup_path)
target_compile_definitions(jobs_unit_test PRIVATE MGR_SOURCE="${PROJECT_SOURCE_DIR}")
