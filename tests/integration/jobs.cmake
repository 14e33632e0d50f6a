# The guest is never sanitized: a leak check is a ptrace, and that no job may do.
foreach(guest jobs_probe jobs_view_probe)
  add_executable(${guest} ${guest}.cpp)
  target_compile_options(${guest} PRIVATE -fno-sanitize=all)
  target_link_options(${guest} PRIVATE -fno-sanitize=all)
endforeach()

add_executable(jobs_test jobs_life_test.cpp jobs_survival_test.cpp jobs_confinement_test.cpp
  jobs_limits_test.cpp jobs_output_test.cpp jobs_view_test.cpp jobs_program_test.cpp
  jobs_input_test.cpp jobs_paths_test.cpp jobs_fixture.cpp)
target_link_libraries(jobs_test PRIVATE mgr_helper mgr_jobs mgr_output_language mgr_cgroup_path
  GTest::gtest GTest::gmock GTest::gtest_main)
target_compile_definitions(jobs_test PRIVATE
  MGR_JOB="$<TARGET_FILE:mgr-job>" JOBS_PROBE="$<TARGET_FILE:jobs_probe>"
  JOBS_VIEW_PROBE="$<TARGET_FILE:jobs_view_probe>")
add_dependencies(jobs_test mgr-job jobs_probe jobs_view_probe)
foreach(suite JobLife JobStop JobSurvival JobConfinement JobLimits JobOutput JobView JobInput JobPaths MgrJob)
  add_test(NAME integration.jobs.${suite}
           COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/jobs_run.sh $<TARGET_FILE:jobs_test>
                   --gtest_filter=${suite}.*)
  set_tests_properties(integration.jobs.${suite} PROPERTIES
                       LABELS integration SKIP_RETURN_CODE 77 TIMEOUT 300)
endforeach()
