# Principals, rules, argument types; the tests of opening files want root.
mgr_unit_test(policy_test policy_argument_test.cpp policy_configuration_test.cpp
  policy_decide_test.cpp policy_expectations_test.cpp policy_explain_property_test.cpp
  policy_explain_test.cpp
  policy_modules_test.cpp policy_open_test.cpp policy_parse_test.cpp
  policy_property_test.cpp policy_run_settings_test.cpp policy_settings_test.cpp policy_type_name_test.cpp
  policy_types_test.cpp policy_users_test.cpp
  LIBRARIES mgr_policy_expectations)
target_compile_definitions(policy_test PRIVATE
  MGR_DEFAULT_POLICY="${PROJECT_SOURCE_DIR}/policy/default")
