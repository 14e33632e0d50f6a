mgr_unit_test(scan_test scan_printable_test.cpp scan_baseline_test.cpp scan_compare_test.cpp
  scan_settings_test.cpp scan_progress_test.cpp scan_walk_test.cpp scan_store_test.cpp
  LIBRARIES mgr_scan_core)
