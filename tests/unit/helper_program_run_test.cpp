// Programs that are run beside the loop, and do not do as they are told.
#include "helper/jobs/program_run.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <optional>

#include "helper_test_loop.h"

namespace mgr {
namespace {

using namespace std::chrono_literals;

class ProgramRunTest : public testing::Test {
 protected:
  // What came of `sh -c script`; nothing where it could not be run.
  std::optional<Result<std::string>> run(const std::string& script,
                                         ProgramRun::Limits limits = {1 << 20, 1min}) {
    std::optional<Result<std::string>> all;
    Reaper reaper(loop_.get());
    Result<std::unique_ptr<ProgramRun>> run;
    run = ProgramRun::begin(loop_.get(), reaper, "/bin/sh", {"-c", script}, limits,
                            [&](Result<std::string> bytes) {
                              all = std::move(bytes);
                              run->reset();
                            });
    EXPECT_TRUE(run);
    uv_run(loop_.get(), UV_RUN_DEFAULT);  // ends when nothing is left to wait for: it is reaped
    return all;
  }
  TestLoop loop_;
};

TEST_F(ProgramRunTest, GivesAllThatWasWritten) {
  EXPECT_EQ(*run("printf hello; printf ' you'"), "hello you");
  EXPECT_EQ(run("head -c 300000 /dev/zero")->value().size(), 300000U);
  EXPECT_EQ(*run("exit 3"), "");
}

TEST_F(ProgramRunTest, RunsWithNothingOfOurs) {
  ASSERT_EQ(setenv("MGR_TEST", "ours", 1), 0);
  EXPECT_EQ(*run("cat; printf %s \"$MGR_TEST\""), "") << "an empty input, no environment";
}

TEST_F(ProgramRunTest, RefusesWhatIsTooMuch) {
  EXPECT_EQ(run("head -c 1000 /dev/zero", {1000, 1min})->value().size(), 1000U);
  EXPECT_FALSE(*run("head -c 1001 /dev/zero", {1000, 1min}));
  EXPECT_FALSE(*run("exec cat /dev/zero", {1000, 1min}));
}

TEST_F(ProgramRunTest, EndsWhatTakesTooLong) {
  const auto ended = run("exec sleep 1000", {1000, 20ms});
  EXPECT_EQ(ended->error().code, ErrorCode::failed);
  EXPECT_NE(ended->error().detail.find("takes too long"), std::string::npos);
}

TEST_F(ProgramRunTest, KillsWhatItsOwnerGivesUp) {
  bool told = false;
  Reaper reaper(loop_.get());
  auto run = ProgramRun::begin(loop_.get(), reaper, "/bin/sh", {"-c", "exec sleep 1000"},
                               {1000, 1min}, [&](const auto&) { told = true; });
  ASSERT_TRUE(run);
  run->reset();
  uv_run(loop_.get(), UV_RUN_DEFAULT);  // ends when nothing is left to wait for: it is reaped
  EXPECT_FALSE(told);
}

TEST_F(ProgramRunTest, FailsWhereItCannotBeRun) {
  Reaper reaper(loop_.get());
  const auto run = ProgramRun::begin(loop_.get(), reaper, "/nonexistent/program", {}, {1000, 1min},
                                     [](const auto&) { FAIL(); });
  EXPECT_FALSE(run);
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1) << "nothing of it is left to be reaped";
}

}  // namespace
}  // namespace mgr
