// mgrctl's commands for jobs: their words, the board of a watch, and where output goes.
#include "client/jobs/job_command.h"

#include <gtest/gtest.h>

#include <sstream>

#include "client/jobs/job_board.h"
#include "client/jobs/output_view.h"
#include "client/jobs/progress_wait.h"

namespace mgr::client {
namespace {

std::string block_of(const std::vector<std::string>& words, const JobOptions& options = {}) {
  const auto command = parse_job_command(words, options);
  if (!command) return "refused: " + command.error().detail;
  if (!*command) return "none";
  return write_request((*command)->request).value_or("no request");
}

TEST(ClientJobCommand, TheWordsOfOneCommandAreNoModules) {
  EXPECT_EQ(block_of({"job", "7"}), "module:job\naction:show\nid:7\n\n");
  EXPECT_EQ(block_of({"job", "wait", "7", "8,9"}), "module:job\naction:wait\nids:7,8,9\n\n");
  EXPECT_EQ(block_of({"follow", "7"}), block_of({"job", "follow", "7"}));
  for (const char* word : {"jobs", "output", "follow", "wait", "stop"}) {
    EXPECT_TRUE(is_job_word(word)) << word;
  }
  for (const char* word : {"job", "show", "prune", "Stop", "scan", ""}) {
    EXPECT_FALSE(is_job_word(word)) << word;
  }
}

TEST(ClientJobCommand, WhatTheModuleCanDoBySelfStaysItsOwn) {
  for (const auto& words : std::vector<std::vector<std::string>>{{"job"},
                                                                 {"job", "list"},
                                                                 {"job", "watch"},
                                                                 {"job", "stop", "ids=7"},
                                                                 {"job", "jobs"},
                                                                 {"Job", "7"},
                                                                 {"prune"},
                                                                 {"show", "7"},
                                                                 {"STOP", "7"},
                                                                 {"scan", "start", "1"}}) {
    EXPECT_EQ(block_of(words), "none") << words.back();
  }
}

TEST(ClientJobCommand, AnOptionOfAnotherCommandIsRefused) {
  JobOptions options;
  options.tail = 3;
  EXPECT_EQ(block_of({"output", "7"}, options), "module:job\naction:output\nid:7\ntail:3\n\n");
  EXPECT_EQ(block_of({"wait", "7"}, options), "refused: --tail is not for wait");
  EXPECT_EQ(block_of({"scan", "start"}, options), "refused: --tail is not for MODULE ACTION");
}

TEST(ClientJobCommand, OnlyWhatWaitsForJobsIsWaitedForWithoutALimit) {
  EXPECT_TRUE(is_patient({"job", "follow", {}, {}}));
  EXPECT_TRUE(is_patient({"job", "wait", {}, {}}));
  EXPECT_TRUE(is_patient({"job", "watch", {}, {}}));
  EXPECT_TRUE(is_patient({"scan", "start", {}, {}, true}));
  EXPECT_FALSE(is_patient({"job", "stop", {}, {}}));
  EXPECT_FALSE(is_patient({"scan", "wait", {}, {}}));
}

TEST(ClientSession, WhatWaitsForACommandHasNoDeadlineOfItsOwn) {
  const Deadline soon = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  Session session{{}, soon};
  EXPECT_EQ(session.deadline_for({"dns", "flush", {}, {}}), soon);
  session.is_patient = true;
  EXPECT_EQ(session.deadline_for({"dns", "flush", {}, {}}), no_deadline);
}

TEST(ClientSession, TimeForTypingDoesNotCount) {
  const Deadline soon = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  Session session{{}, soon};
  session.pause(std::chrono::seconds(7));
  EXPECT_EQ(session.deadline, soon + std::chrono::seconds(7));
  EXPECT_EQ(session.patience, no_deadline);
}

Job job(std::uint64_t id, std::string state, std::string module = "scan") {
  Job made;
  made.id = id;
  made.state = std::move(state);
  made.module = std::move(module);
  made.uid = 33;
  return made;
}

std::size_t lines_of(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

TEST(ClientJobBoard, KeepsWhatTheListAskedFor) {
  JobBoard board(filter_of(
      {"job", "list", {{"state", "running,queued"}, {"of_module", "scan"}, {"caller", "33"}}, {}}));
  EXPECT_TRUE(board.take(job(7, "running")));
  EXPECT_FALSE(board.take(job(8, "running", "dns")));
  EXPECT_FALSE(board.take(job(9, "succeeded")));
  Job of_another = job(10, "running");
  of_another.uid = 34;
  EXPECT_FALSE(board.take(of_another));
  EXPECT_EQ(lines_of(board.render({}, 24)), 2U);
  EXPECT_TRUE(board.take(job(7, "succeeded")));  // it leaves
  EXPECT_EQ(lines_of(board.render({}, 24)), 1U);
}

TEST(ClientJobBoard, NeverHasMoreLinesThanTheTerminal) {
  JobBoard board({});
  for (std::uint64_t id = 1; id <= 100; ++id) EXPECT_TRUE(board.take(job(id, "running")));
  const std::string text = board.render({}, 10);
  EXPECT_EQ(lines_of(text), 10U);
  EXPECT_NE(text.find("\n100  running"), std::string::npos);
  EXPECT_NE(text.find("… and 92 before\n"), std::string::npos);
  for (std::uint64_t id = 101; id <= 9000; ++id) EXPECT_TRUE(board.take(job(id, "succeeded")));
  EXPECT_NE(board.render({}, 10).find("… and 4088 before\n"), std::string::npos);
}

TEST(ClientProgress, SeveralJobsHaveOneLine) {
  std::map<std::uint64_t, Job> jobs{{7, job(7, "running")}};
  jobs[7].key = "scan:7";
  jobs[7].progress = 42;
  EXPECT_EQ(progress_of(jobs).first, "scan:7");
  EXPECT_EQ(progress_of(jobs).second.percent, 42U);
  jobs[8] = job(8, "failed");
  jobs[9] = job(9, "queued");
  EXPECT_EQ(progress_of(jobs).first, "3 jobs, 1 ended");
  EXPECT_EQ(progress_of(jobs).second.percent, 47U);
  jobs[7].progress.reset();
  EXPECT_FALSE(progress_of(jobs).second.percent);
}

struct Written {
  std::ostringstream out, errors;
  OutputTarget target(bool terminal) {
    return {out,
            errors,
            terminal,
            terminal,
            terminal ? ProgressLine::Style::bar : ProgressLine::Style::none,
            80,
            false};
  }
};

Reply with_data(const std::string& data) {
  Reply reply;
  reply.success = true;
  reply.data_json = data;
  return reply;
}

TEST(ClientOutputView, TheBarStaysOutOfTheOutput) {
  Written written;
  OutputView view(written.target(true), "job 7");
  EXPECT_EQ(view.show(with_data(R"({"records":[{"stream":"progress","text":"50 a"},
      {"stream":"stdout","text":"x"},{"stream":"progress","text":"60 b"},
      {"stream":"stderr","text":"\u001b\n"},{"stream":"progress","text":"70 c"}],"skipped":77})"))
                .value(),
            true);
  view.finish();
  EXPECT_EQ(written.out.str(), "x");
  EXPECT_EQ(written.errors.str(),
            "(… 77 B not kept …)\n"
            "\r\x1b[Kjob 7  [##########          ]  50 %  a\r\x1b[K"
            "\\x1b\n"
            "\r\x1b[Kjob 7  [##############      ]  70 %  c\r\x1b[K");
}

TEST(ClientOutputView, ElsewhereTheBytesAreTheJobs) {
  Written written;
  OutputView view(written.target(false), "job 7");
  EXPECT_TRUE(view.show(with_data(
      R"({"records":[{"stream":"stdout","base64":"AP8b"},{"stream":"stderr","text":"\u009b\r"}]})")));
  EXPECT_EQ(view.show(with_data(R"({"jobs":[]})")).value(), false);
  EXPECT_FALSE(view.show(with_data(R"({"records":[7]})")));
  view.finish();
  EXPECT_EQ(written.out.str(), std::string("\0\xff\x1b", 3));
  EXPECT_EQ(written.errors.str(), "\xc2\x9b\r");
}

}  // namespace
}  // namespace mgr::client
