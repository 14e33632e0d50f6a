mgr_unit_test(helper_test helper_checked_request_test.cpp
  helper_link_test.cpp helper_other_jobs_test.cpp helper_plan_json_test.cpp helper_program_run_test.cpp helper_rates_test.cpp
  helper_running_test.cpp helper_stats_test.cpp helper_nonce_table_test.cpp helper_nonces_test.cpp helper_signers_test.cpp
  LIBRARIES mgr_helper nlohmann_json::nlohmann_json)
target_include_directories(helper_test PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
mgr_unit_test(configure_test configure_machine_test.cpp configure_name_warnings_test.cpp configure_roots_test.cpp
  configure_rule_identity_test.cpp ${PROJECT_SOURCE_DIR}/helper/configure/rule_identity.cpp
  ${PROJECT_SOURCE_DIR}/helper/configure/name_warnings.cpp ${PROJECT_SOURCE_DIR}/helper/configure/roots.cpp
  ${PROJECT_SOURCE_DIR}/helper/configure/machine.cpp
  LIBRARIES mgr_schema mgr_policy_files mgr_policy_lint mgr_cgroup_path PkgConfig::CAPNG
            PkgConfig::SODIUM)
mgr_unit_test(audit_test audit_changes_test.cpp audit_front_test.cpp audit_log_test.cpp audit_verifier_test.cpp
  ${PROJECT_SOURCE_DIR}/helper/configure/audit_key.cpp ${PROJECT_SOURCE_DIR}/helper/configure/highest_job_id.cpp
  ${PROJECT_SOURCE_DIR}/helper/configure/new_file.cpp ${PROJECT_SOURCE_DIR}/helper/configure/prepare.cpp
  LIBRARIES mgr_helper mgr_audit_reading mgr_cgroup_path PkgConfig::SODIUM nlohmann_json::nlohmann_json)
target_include_directories(audit_test PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
