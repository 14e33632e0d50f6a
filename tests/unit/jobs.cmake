mgr_unit_test(jobs_unit_test jobs_records_test.cpp jobs_cgroup_path_test.cpp jobs_store_test.cpp
  jobs_signal_test.cpp LIBRARIES mgr_jobs mgr_cgroup_path)
