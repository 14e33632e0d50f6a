# mgr.cgi's parts.
mgr_unit_test(cgi_test cgi_admission_test.cpp cgi_answer_test.cpp cgi_events_test.cpp cgi_posted_test.cpp
              cgi_token_test.cpp
  LIBRARIES mgr_cgi Threads::Threads)
