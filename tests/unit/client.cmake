# The client library and mgrctl's parts.
mgr_unit_test(client_test client_connection_test.cpp client_request_test.cpp client_reply_test.cpp
              client_command_test.cpp client_completion_test.cpp client_binding_test.cpp client_plan_test.cpp client_catalogue_test.cpp
              client_display_test.cpp client_doctor_files_test.cpp client_doctor_test.cpp
              client_jobs_test.cpp client_output_test.cpp
              client_job_command_test.cpp client_key_file_test.cpp client_signing_test.cpp client_stats_test.cpp
  LIBRARIES mgrctl_parts Threads::Threads)
