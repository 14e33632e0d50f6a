// The backends that touch no machine: the recorder, and shutdown(8) with programs of the test.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

#include "modules/mgr-shutdown/recorder.h"
#include "modules/mgr-shutdown/shutdown_program.h"

namespace mgr_shutdown {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

class ShutdownBackends : public testing::Test {
 protected:
  void SetUp() override {
    std::string made = testing::TempDir() + "mgr-shutdown-XXXXXX";
    ASSERT_NE(mkdtemp(made.data()), nullptr);
    folder_ = made;
    loop_ = EventLoop::open().value();
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string file(const std::string& name) const { return folder_ + "/" + name; }
  std::string text(const std::string& name) const {
    std::ostringstream read;
    read << std::ifstream(file(name)).rdbuf();
    return read.str();
  }
  // It writes its arguments, one a line, and ends with the status.
  std::string program(const std::string& name, int status) const {
    std::ofstream(file(name)) << "#!/bin/sh\nprintf '<%s>\\n' \"$@\" >>" << file(name + ".ran")
                              << "\nexit " << status << "\n";
    chmod(file(name).c_str(), 0755);
    return file(name);
  }
  Backend::Ended ended() {
    return [this](Outcome outcome) {
      outcome_ = std::move(outcome);
      loop_->end();
    };
  }
  Request request(milliseconds delay) const {
    return {.kind = Kind::poweroff, .delay = delay, .message = "a \"b\"", .record = file("record")};
  }
  Outcome run(Backend& backend, const Request& request) {
    EXPECT_TRUE(backend.schedule(request, real_time() + request.delay));
    EXPECT_TRUE(loop_->run());
    return outcome_.value_or(Outcome{});
  }

  std::string folder_;
  std::unique_ptr<EventLoop> loop_;
  std::optional<Outcome> outcome_;
};

TEST_F(ShutdownBackends, RecorderWritesALineForEachStep) {
  Recorder recorder(*loop_, ended());
  ASSERT_TRUE(recorder.schedule(request(milliseconds(5)), RealTime(std::chrono::seconds(0))));
  ASSERT_TRUE(loop_->run());
  EXPECT_EQ(outcome_->ending, Ending::goes_down);
  const std::string members = R"("message":"a \"b\"","step":"STEP","type":"poweroff"})";
  const std::string start = R"({"at":"1970-01-01T00:00:00.000000Z",)";
  const auto line = [&](const std::string& step) {
    std::string told = start + members + "\n";
    return told.replace(told.find("STEP"), 4, step);
  };
  EXPECT_EQ(text("record"), line("scheduled") + line("went down"));
}

TEST_F(ShutdownBackends, RecorderIsCalledOff) {
  Recorder recorder(*loop_, ended());
  ASSERT_TRUE(recorder.schedule(request(std::chrono::days(30)), real_time()));
  EXPECT_EQ(recorder.call_off().ending, Ending::called_off);
  EXPECT_THAT(text("record"), HasSubstr(R"("step":"cancelled")"));
}

TEST_F(ShutdownBackends, RecorderFollowsNoLinkAndSaysSo) {
  std::ofstream(file("elsewhere")) << "kept";
  std::filesystem::create_symlink(file("elsewhere"), file("record"));
  Recorder recorder(*loop_, ended());
  EXPECT_FALSE(recorder.schedule(request(milliseconds(0)), real_time()));
  EXPECT_EQ(text("elsewhere"), "kept");
}

TEST_F(ShutdownBackends, ShutdownRunsWhenTheTimeHasCome) {
  ShutdownProgram backend({program("shutdown", 0), program("wall", 0)}, *loop_, ended());
  EXPECT_EQ(run(backend, request(milliseconds(0))).ending, Ending::goes_down);
  EXPECT_EQ(text("shutdown.ran"), "<-h>\n<-P>\n<-->\n<now>\n<a \"b\">\n");
}

TEST_F(ShutdownBackends, AMessageIsNeverAnOption) {
  ShutdownProgram backend({program("shutdown", 0), program("wall", 0)}, *loop_, ended());
  auto asked = request(milliseconds(0));
  asked.kind = Kind::halt;
  asked.message = "-c";
  EXPECT_EQ(run(backend, asked).ending, Ending::goes_down);
  EXPECT_EQ(text("shutdown.ran"), "<-h>\n<-H>\n<-->\n<now>\n<-c>\n");
}

TEST_F(ShutdownBackends, AShutdownThatFailsIsNoSuccess) {
  ShutdownProgram backend({program("shutdown", 7), ""}, *loop_, ended());
  auto asked = request(milliseconds(0));
  asked.kind = Kind::reboot;
  asked.message = "";
  const Outcome outcome = run(backend, asked);
  EXPECT_EQ(outcome.ending, Ending::failed);
  EXPECT_THAT(outcome.text, HasSubstr("ended with status 7"));
  EXPECT_EQ(text("shutdown.ran"), "<-r>\n<-->\n<now>\n");
}

TEST_F(ShutdownBackends, AShutdownThatIsMissingIsNoSuccess) {
  ShutdownProgram backend({file("none"), ""}, *loop_, ended());
  EXPECT_EQ(run(backend, request(milliseconds(0))).ending, Ending::failed);
}

TEST_F(ShutdownBackends, CalledOffShutdownDoesNotRun) {
  ShutdownProgram backend({program("shutdown", 0), ""}, *loop_, ended());
  ASSERT_TRUE(backend.schedule(request(std::chrono::days(30)), real_time()));
  EXPECT_EQ(backend.call_off().ending, Ending::called_off);
  EXPECT_FALSE(std::filesystem::exists(file("shutdown.ran")));
}

}  // namespace
}  // namespace mgr_shutdown
