# Principals, rules, argument types; the tests of opening files want root.
mgr_unit_test(policy_test policy_ability_test.cpp policy_argument_test.cpp policy_configuration_test.cpp
  policy_decide_test.cpp policy_expectations_test.cpp policy_explain_property_test.cpp
  policy_explain_test.cpp policy_keys_test.cpp policy_modules_test.cpp policy_open_test.cpp policy_parse_test.cpp
  policy_property_test.cpp policy_run_settings_test.cpp policy_settings_test.cpp policy_type_name_test.cpp
  policy_toml_bytes_test.cpp policy_toml_text_test.cpp policy_types_test.cpp policy_users_test.cpp
  LIBRARIES mgr_policy_expectations mgr_policy_lint)
target_compile_definitions(policy_test PRIVATE MGR_SOURCE="${PROJECT_SOURCE_DIR}"
  MGR_DEFAULT_POLICY="${PROJECT_SOURCE_DIR}/policy/default")

mgr_unit_test(lint_test lint_built_in_test.cpp lint_comments_test.cpp lint_corpus_test.cpp lint_coverage_test.cpp
  lint_files_test.cpp
  LIBRARIES mgr_schema mgr_policy_files mgr_policy_lint)
target_compile_definitions(lint_test PRIVATE MGR_SOURCE="${PROJECT_SOURCE_DIR}"
  MGR_LINT_CORPUS="${PROJECT_SOURCE_DIR}/tests/lint/corpus")
target_include_directories(lint_test PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
