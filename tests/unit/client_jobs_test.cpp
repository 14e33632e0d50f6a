// Jobs as mgrctl shows them, and the exit status that it takes from them.
#include <gtest/gtest.h>

#include "client/exit_code.h"
#include "client/jobs/job_table.h"
#include "client/jobs/shutdown_view.h"
#include "client/jobs/units.h"
#include "client/users.h"

namespace mgr::client {
namespace {

constexpr const char* two_jobs = R"({"jobs":[
  {"id":7,"key":"scan:17","module":"scan","action":"start","state":"running",
   "caller":{"uid":0,"on_behalf_of":"alice"},"progress":42,
   "accepted":"2026-11-22T22:00:00.000000Z","started":"2026-11-22T22:00:01.500000Z"},
  {"id":8,"module":"dns","action":"flush","state":"failed","caller":{"uid":4000000000},
   "accepted":"2026-11-22T21:00:00Z","started":"2026-11-22T21:00:00Z",
   "ended":"2026-11-22T21:00:02Z","wall_ms":1234,"signal":9}]})";

std::vector<Job> jobs_of(const std::string& data) {
  Reply reply;
  reply.data_json = data;
  const auto jobs = read_jobs(reply);
  return jobs ? *jobs : std::vector<Job>{};
}

std::string details_of(const std::string& job) {
  return render_job_details(*parse_json(job), {false, *parse_time("2026-11-22T22:05:00Z")});
}

TEST(ClientJobs, ATableTellsWhoWhatAndHowFar) {
  const JobStyle style{false, *parse_time("2026-11-22T22:01:01.500Z")};
  EXPECT_EQ(
      render_job_table(jobs_of(two_jobs), style),
      "ID  STATE    PROGRESS  MODULE  ACTION  KEY      CALLER          AGE        DURATION  "
      "EXIT\n"
      "7   running  42 %      scan    start   scan:17  root for alice  1 min 1 s  1 min     -\n"
      "8   failed   -         dns     flush   -        4000000000      1 h 1 min  1.2 s     "
      "signal 9\n");
  EXPECT_EQ(render_job_ids(jobs_of(two_jobs)), "7\n8\n");
}

TEST(ClientJobs, OneThatHasSucceededIsNotHalfDone) {
  const std::string ended = R"({"id":7,"state":"succeeded","progress":50,"exit_status":0})";
  EXPECT_EQ(render_job_table(jobs_of("{\"jobs\":[" + ended + "]}"), {false, 0}).find('%'),
            std::string::npos);
  EXPECT_NE(details_of(ended).find("State:     succeeded, exit status 0\n"), std::string::npos);
}

TEST(ClientJobs, ColourChangesNoText) {
  JobStyle style{true, 0};
  std::string painted = render_job_table(jobs_of(two_jobs), style);
  EXPECT_NE(painted.find("\x1b[36mrunning\x1b[0m"), std::string::npos);
  EXPECT_NE(painted.find("\x1b[31mfailed\x1b[0m"), std::string::npos);
  for (const char* code : {"\x1b[0m", "\x1b[1m", "\x1b[31m", "\x1b[36m"}) {
    for (std::size_t at; (at = painted.find(code)) != std::string::npos;) {
      painted.erase(at, std::string_view(code).size());
    }
  }
  EXPECT_EQ(painted, render_job_table(jobs_of(two_jobs), {false, 0}));
}

TEST(ClientJobs, NamesFromTheServerAreNeitherTrustedToBeShortNorPrintable) {
  const std::string text = render_job_table(
      jobs_of(R"({"jobs":[{"id":1,"state":"\u001b[2J\u202e","module":")" + std::string(5000, 'x') +
              R"(","key":"a\nb","caller":{"uid":0,"on_behalf_of":"\u0007\u009b)" +
              std::string(500, 'y') + R"("}}]})"),
      {false, 0});
  EXPECT_LT(text.size(), 600U);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
  for (const char byte : text) EXPECT_TRUE(byte == '\n' || static_cast<unsigned char>(byte) >= 32);
  EXPECT_NE(text.find("\\x1b[2J\\u{202e}"), std::string::npos);
}

TEST(ClientJobs, AChangeIsALine) {
  const JobStyle style{false, *parse_time("2026-11-22T22:01:02Z")};
  EXPECT_EQ(render_job_change(jobs_of(two_jobs)[0], style),
            "2026-11-22 22:01:02 UTC  7  running  42 %  scan:17\n");
  EXPECT_EQ(render_job_change(jobs_of(two_jobs)[1], style),
            "2026-11-22 22:01:02 UTC  8  failed  signal 9  dns flush\n");
}

TEST(ClientJobs, DetailsTellEverythingOnce) {
  EXPECT_EQ(details_of(R"({"id":7,"key":"scan:17","module":"scan","action":"start",
      "state":"failed","caller":{"uid":0},"progress":42,"attempt":2,
      "accepted":"2026-11-22T22:00:00Z","started":"2026-11-22T22:00:01Z",
      "ended":"2026-11-22T22:00:03Z","exit_status":3,"detail":"no\u001b","processor_ms":12,
      "peak_memory":1048576,"output_bytes":77,"argv":["/bin/x","a b","it's"],"user":"www-data",
      "arguments":{"task_ids":"17"},"timeout_ms":60000,"limits":{"open_files":9},"news":1})"),
            "Job:       7, scan:17\n"
            "Action:    scan start\n"
            "State:     failed, 42 %, exit status 3\n"
            "Detail:    no\\x1b\n"
            "Caller:    root (uid 0)\n"
            "User:      www-data\n"
            "Command:   /bin/x 'a b' 'it'\\''s'\n"
            "Timeout:   1 min\n"
            "Attempt:   2\n"
            "Accepted:  2026-11-22 22:00:00 UTC (5 min ago)\n"
            "Started:   2026-11-22 22:00:01 UTC (4 min 59 s ago)\n"
            "Ended:     2026-11-22 22:00:03 UTC (4 min 57 s ago)\n"
            "Duration:  2.0 s\n"
            "Used:      12 ms of processor, 1.0 MB of memory, 77 B of output\n"
            "arguments:\n  task_ids: 17\nlimits:\n  open_files: 9\nnews: 1\n");
}

constexpr const char* shutdown_waits = R"({"jobs":[
  {"id":9,"key":"shutdown","module":"shutdown","action":"reboot","state":"queued",
   "accepted":"2026-11-22T22:00:00Z","waits_for":[3,4]}]})";
constexpr const char* shutdown_due = R"({"jobs":[
  {"id":9,"key":"shutdown","module":"shutdown","action":"poweroff","state":"running",
   "accepted":"2026-11-22T22:00:00Z","started":"2026-11-22T22:00:00Z",
   "due":"2026-11-22T22:10:00.000000Z"},
  {"id":8,"module":"dns","action":"flush","state":"succeeded"}]})";
const JobStyle at_four_past{false, *parse_time("2026-11-22T22:04:00Z")};

std::string shutdown_status(const std::string& data) {
  Reply reply;
  reply.data_json = data;
  const auto text = render_shutdown_status(reply, at_four_past);
  return text ? *text : text.error().detail;
}

TEST(ClientJobs, ATableTellsWhatIsDueAndWhatWaits) {
  EXPECT_EQ(
      render_job_table(jobs_of(shutdown_due), at_four_past),
      "ID  STATE      PROGRESS  MODULE    ACTION    KEY       CALLER  AGE    DURATION  EXIT  DUE\n"
      "9   running    -         shutdown  poweroff  shutdown  -       4 min  4 min     -     in "
      "6 min\n"
      "8   succeeded  -         dns       flush     -         -       -      -         -     "
      "-\n");
  const std::string waits = render_job_table(jobs_of(shutdown_waits), at_four_past);
  EXPECT_NE(waits.find("  WAITS FOR\n"), std::string::npos) << waits;
  EXPECT_NE(waits.find("  3, 4\n"), std::string::npos) << waits;
  EXPECT_EQ(render_job_change(jobs_of(shutdown_waits)[0], at_four_past),
            "2026-11-22 22:04:00 UTC  9  queued  shutdown  waits for 3, 4\n");
}

TEST(ClientJobs, TheStatusOfAShutdownTellsWhenTheMachineGoesDown) {
  EXPECT_EQ(shutdown_status(shutdown_due),
            "poweroff: the machine goes down at 2026-11-22 22:10:00 UTC (in 6 min)\n"
            "Job:       9, shutdown\n"
            "Action:    shutdown poweroff\n"
            "State:     running\n"
            "Accepted:  2026-11-22 22:00:00 UTC (4 min ago)\n"
            "Started:   2026-11-22 22:00:00 UTC (4 min ago)\n"
            "Due:       2026-11-22 22:10:00 UTC (in 6 min)\n"
            "Duration:  4 min\n");
  EXPECT_EQ(shutdown_status(shutdown_waits),
            "reboot: the machine goes down when these jobs have ended: 3, 4; no new ones are "
            "accepted\n"
            "Job:       9, shutdown\n"
            "Action:    shutdown reboot\n"
            "State:     queued\n"
            "Accepted:  2026-11-22 22:00:00 UTC (4 min ago)\n"
            "Waits for: 3, 4\n");
}

TEST(ClientJobs, AShutdownWithoutATimeIsNowOrInTheStateOfItsJob) {
  const auto first_line = [](const std::string& state) {
    const std::string text =
        shutdown_status(R"({"jobs":[{"id":9,"action":"halt","state":")" + state + R"("}]})");
    return text.substr(0, text.find('\n'));
  };
  EXPECT_EQ(first_line("running"), "halt: the machine goes down now");
  EXPECT_EQ(first_line("queued"), "halt is queued");
  EXPECT_EQ(first_line("stopping"), "halt is being called off");
}

TEST(ClientJobs, TheStatusOfAShutdownSaysWhereNoneIsScheduled) {
  for (const char* data :
       {"", "{}", R"({"jobs":[]})",
        R"({"jobs":[{"id":9,"state":"stopped","due":"2026-11-22T22:10:00Z"}]})"}) {
    EXPECT_EQ(shutdown_status(data), "no shutdown is scheduled\n") << data;
  }
  EXPECT_EQ(shutdown_status(R"({"jobs":7})"), "what stands for the jobs is none");
}

TEST(ClientJobs, WhatAHostileReplySaysOfAShutdownIsBoundedAndHarmless) {
  std::string ids = "1";
  for (int i = 0; i < 5000; ++i) ids += ",9007199254740991";
  const std::string odd = R"("action":"\u001b[2J","due":"\u0007soon\u202e","state":"running")";
  const std::string text =
      shutdown_status(R"({"jobs":[{"id":9,)" + odd + R"(,"waits_for":[)" + ids + "]}]}");
  EXPECT_LT(text.size(), 2000U);
  for (const char byte : text) EXPECT_TRUE(byte == '\n' || static_cast<unsigned char>(byte) >= 32);
  EXPECT_NE(text.find("goes down at \\x07soon\\u{202e}"), std::string::npos) << text;
  const auto jobs = jobs_of(R"({"jobs":[{"id":1,"waits_for":["3",-1,[],null,4],"due":7}]})");
  EXPECT_EQ(jobs.at(0).waits_for, std::vector<std::uint64_t>{4});
  EXPECT_EQ(jobs.at(0).due, "");
  EXPECT_TRUE(jobs_of(R"({"jobs":[{"id":1,"waits_for":7}]})").at(0).waits_for.empty());
}

TEST(ClientJobs, WhatIsNoJobIsABadReply) {
  for (const char* data : {R"({"jobs":7})", R"({"jobs":[7]})", R"({"jobs":[{"id":"7"}]})"}) {
    Reply reply;
    reply.data_json = data;
    EXPECT_FALSE(read_jobs(reply)) << data;
  }
  EXPECT_TRUE(jobs_of(R"({"version":"1"})").empty());
  const auto odd =
      jobs_of(R"({"jobs":[{"id":1,"state":[],"caller":7,"progress":900,"wall_ms":-1}]})");
  ASSERT_EQ(odd.size(), 1U);
  EXPECT_EQ(odd[0].progress, 100U);
  EXPECT_FALSE(odd[0].wall_ms);
}

int status_of(const std::string& members) {
  return static_cast<int>(exit_code(jobs_of("{\"jobs\":[{\"id\":7," + members + "}]}")));
}

std::string why(const std::string& members) {
  return why_no_status(jobs_of("{\"jobs\":[{\"id\":7," + members + "}]}").at(0)).value_or("");
}

TEST(ClientJobs, TheExitStatusIsTheJobs) {
  EXPECT_EQ(status_of(R"("state":"succeeded","exit_status":0)"), 0);
  EXPECT_EQ(status_of(R"("state":"succeeded","exit_status":3)"), 3);
  EXPECT_EQ(status_of(R"("state":"failed","exit_status":123)"), 123);
  EXPECT_EQ(status_of(R"("state":"failed","exit_status":124)"), 123);
  EXPECT_EQ(status_of(R"("state":"failed","exit_status":255)"), 123);
  EXPECT_EQ(status_of(R"("state":"timed-out","signal":9)"), 124);
  EXPECT_EQ(status_of(R"("state":"failed","signal":11)"), 125);
  EXPECT_EQ(status_of(R"("state":"failed","detail":"no such file")"), 125);
  EXPECT_EQ(status_of(R"("state":"stopped","exit_status":0)"), 125);
  EXPECT_EQ(status_of(R"("state":"lost")"), 125);
  EXPECT_EQ(status_of(R"("state":"running")"), 125);
  EXPECT_EQ(status_of(R"("state":"from a later version","exit_status":0)"), 125);
}

TEST(ClientJobs, OfSeveralJobsTheHighestStatusCounts) {
  EXPECT_EQ(static_cast<int>(exit_code(jobs_of(
                R"({"jobs":[{"id":1,"state":"failed","exit_status":2},
                            {"id":2,"state":"failed","exit_status":7},
                            {"id":3,"state":"succeeded"}]})"))),
            7);
  EXPECT_EQ(exit_code(std::vector<Job>{}), ExitCode::ok);
}

TEST(ClientJobs, SaysWhyThereIsNoStatus) {
  EXPECT_EQ(why(R"("state":"succeeded","exit_status":0)"), "");
  EXPECT_EQ(why(R"("state":"failed","exit_status":3)"), "");
  EXPECT_EQ(why(R"("state":"failed","exit_status":200)"), "job 7 exited with status 200");
  EXPECT_EQ(why(R"("state":"failed","signal":9)"), "job 7 was killed by signal 9 (KILL)");
  EXPECT_EQ(why(R"("state":"failed","signal":99999999999)"),
            "job 7 was killed by signal 99999999999");
  EXPECT_EQ(why(R"("state":"failed","detail":"no\u001b file")"),
            "job 7 failed without an exit status: no\\x1b file");
  EXPECT_EQ(why(R"("state":"timed-out","signal":15)"), "job 7 ran out of time");
  EXPECT_EQ(why(R"("state":"stopped","exit_status":0)"), "job 7 was stopped");
  EXPECT_EQ(why(R"("state":"lost")"), "job 7 is lost");
}

TEST(ClientExitCode, OfAnAnswerWithOutputIsTheCommands) {
  const auto code_of = [](int err_code, const std::string& data) {
    Reply reply;
    reply.success = err_code == 0;
    reply.err_code = err_code;
    reply.data_json = data;
    const auto code = exit_code_of_command(reply);
    return code ? static_cast<int>(*code) : -1;
  };
  EXPECT_EQ(code_of(0, R"({"job":7,"exit":0})"), 0);
  EXPECT_EQ(code_of(0, R"({"job":7,"exit":4})"), 4);
  EXPECT_EQ(code_of(2, R"({"job":7,"exit":3})"), 3);
  EXPECT_EQ(code_of(2, R"({"job":7,"exit":200})"), 123);
  EXPECT_EQ(code_of(2, R"({"job":7,"exit":0})"), 125) << "its output is not JSON";
  EXPECT_EQ(code_of(2, R"({"job":7,"signal":9})"), 125);
  EXPECT_EQ(code_of(2, R"({"job":7})"), 125);
  EXPECT_EQ(code_of(13, R"({"job":7,"signal":15})"), 124);
  EXPECT_EQ(code_of(2, ""), -1);
  EXPECT_EQ(code_of(0, R"({"jobs":[]})"), -1);
}

TEST(ClientExitCode, OfAWaitLeavesTheLowNumbersToTheJobs) {
  const auto code_of = [](int err_code) {
    Reply reply;
    reply.err_code = err_code;
    return static_cast<int>(exit_code(reply, ExitRule::wait));
  };
  for (const int own : {1, 2, 5, 6, 10, 11, 12, 99}) EXPECT_EQ(code_of(own), 125) << own;
  for (const int denied : {3, 4, 9}) EXPECT_EQ(code_of(denied), 126) << denied;
  for (const int unavailable : {7, 8}) EXPECT_EQ(code_of(unavailable), 127) << unavailable;
  EXPECT_EQ(code_of(13), 124);
  using Kind = Failure::Kind;
  EXPECT_EQ(exit_code(Failure{Kind::invalid_request, ""}, ExitRule::wait), ExitCode::mgr_failed);
  EXPECT_EQ(exit_code(Failure{Kind::bad_reply, ""}, ExitRule::wait), ExitCode::mgr_failed);
  EXPECT_EQ(exit_code(Failure{Kind::no_answer, ""}, ExitRule::wait), ExitCode::timed_out);
  EXPECT_EQ(exit_code(Failure{Kind::cannot_connect, ""}, ExitRule::wait), ExitCode::unavailable);
  EXPECT_EQ(exit_code(Failure{Kind::connection_lost, ""}, ExitRule::wait), ExitCode::unavailable);
}

TEST(ClientUnits, SizesAndTimesAreForPeople) {
  EXPECT_EQ(human_size(0), "0 B");
  EXPECT_EQ(human_size(999), "999 B");
  EXPECT_EQ(human_size(1000), "1.0 kB");
  EXPECT_EQ(human_size(1'299'999), "1.2 MB");
  EXPECT_EQ(human_size(UINT64_MAX), "18.4 EB");
  EXPECT_EQ(human_duration(12), "12 ms");
  EXPECT_EQ(human_duration(59'999), "59.9 s");
  EXPECT_EQ(human_duration(184'000), "3 min 4 s");
  EXPECT_EQ(human_duration(7'500'000), "2 h 5 min");
  EXPECT_EQ(human_duration(273'600'000), "3 d 4 h");
  EXPECT_EQ(human_time("2026-11-22T22:00:00.123456Z"), "2026-11-22 22:00:00 UTC");
  EXPECT_EQ(human_time(std::int64_t{1'795'384'800'000}), "2026-11-22 22:00:00 UTC");
}

TEST(ClientUnits, ATimeIsReadOrItIsNone) {
  EXPECT_EQ(parse_time("1970-01-01T00:00:01.5Z"), 1500);
  EXPECT_EQ(parse_time("2026-11-22T22:00:00.123999Z"), 1'795'384'800'123);
  for (const char* text :
       {"", "now", "2026-11-22", "2026-13-22T22:00:00Z", "2026-02-30T22:00:00Z",
        "2026-11-22T24:00:00Z", "2026-11-22T22:00:00", "2026-11-22T22:00:00.Z1",
        "2026-11-22T22:00:00.1x2Z", "2026-11-22T22:00:00Zx", "-026-11-22T22:00:00Z"}) {
    EXPECT_FALSE(parse_time(text)) << text;
  }
}

TEST(ClientUsers, ANameOrANumberIsAUid) {
  EXPECT_EQ(find_uid("root"), 0U);
  EXPECT_EQ(find_uid("4000000000"), 4'000'000'000U);
  EXPECT_FALSE(find_uid("4294967296"));
  EXPECT_FALSE(find_uid("nobody by that name"));
  EXPECT_FALSE(find_uid(""));
  EXPECT_EQ(user_name(0), "root");
  EXPECT_EQ(user_name(99'999'999'999), "99999999999");
}

}  // namespace
}  // namespace mgr::client
