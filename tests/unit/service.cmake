# mgr-service: what it asks systemd, and what it makes of the answer.
mgr_unit_test(service_test service_status_test.cpp service_systemd_test.cpp
  LIBRARIES mgr_service_core nlohmann_json::nlohmann_json Threads::Threads)
