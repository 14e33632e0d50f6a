// What callers are told of how commands are run, and of the conditions of rules.
#include <gtest/gtest.h>

#include "modules/told_json.h"

namespace mgr {
namespace {

TEST(ToldJson, HasEveryLimitThatIsSet) {
  RunSettings run;
  run.argv = {"/bin/secret-pattern"};
  run.user = "bind";
  run.uid = 105;
  run.gid = 106;
  run.groups = {4, 20};
  run.environment = {"PATH=/usr/bin", "NOTE=a \"b\"\\"};
  run.umask = 027;
  run.nice = -5;
  run.timeout = std::chrono::seconds(10);
  run.max_running = 2;
  run.lock = "dns";
  run.retries = 3;
  run.retry_exit = {75};
  run.success_exit = {0, 4};
  run.cache = std::chrono::seconds(1);
  run.json_output = true;
  run.memory = 1 << 20;
  run.processes = 9;
  run.cpu_seconds = 8;
  run.open_files = 7;
  run.file_size = 6;
  run.private_tmp = true;
  run.read_only_paths = {"/etc"};
  run.capabilities = 1U << 10;
  EXPECT_EQ(
      run_json(run),
      R"({"user":"bind","uid":105,"gid":106,"groups":[4,20],"environment":["PATH=/usr/bin",)"
      R"("NOTE=a \"b\"\\"],"cwd":"/","umask":"027","nice":-5,"timeout_ms":10000,)"
      R"("stop_grace_ms":10000,"max_running":2,"queue":1000,"lock":"dns","retries":3,)"
      R"("retry_delay_ms":1000,"retry_exit":[75],"success_exit":[0,4],"output_limit":1048576,)"
      R"("output_format":"json","cache_ms":1000,"limits":{"memory":1048576,"processes":9,)"
      R"("cpu_seconds":8,"open_files":7,"file_size":6},"no_new_privileges":true,)"
      R"("private_tmp":true,"private_network":false,"read_only_paths":["/etc"],)"
      R"("capabilities":["net_bind_service"]})");
}

TEST(ToldJson, SaysNothingOfWhatIsNotSet) {
  EXPECT_EQ(run_json({}),
            R"({"user":"nobody","groups":[],"environment":[],"cwd":"/","umask":"077","nice":0,)"
            R"("stop_grace_ms":10000,"queue":1000,"success_exit":[0],"output_limit":1048576,)"
            R"("limits":{},"no_new_privileges":true,"private_tmp":false,)"
            R"("private_network":false,"read_only_paths":[],"capabilities":[]})");
}

TEST(ToldJson, WritesConditionsAsRulesDo) {
  Rule rule;
  EXPECT_EQ(where_json(rule), "{}");
  rule.where = {{"task_ids", {{1, 9}, {12, 12}, {-3, -1}}, {"all"}}, {"unit", {}, {"a\"b"}}};
  EXPECT_EQ(where_json(rule), R"({"task_ids":["1..9","12","-3..-1","all"],"unit":["a\"b"]})");
}

}  // namespace
}  // namespace mgr
