# What mgrctl setup makes of its answers.
mgr_unit_test(setup_test setup_choices_test.cpp setup_listen_test.cpp setup_standing_test.cpp
              setup_text_test.cpp
  LIBRARIES mgrctl_parts mgr_schema mgr_policy_files Threads::Threads)
target_compile_definitions(setup_test PRIVATE
  MGR_DEFAULT_POLICY="${PROJECT_SOURCE_DIR}/policy/default")
target_include_directories(setup_test PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
