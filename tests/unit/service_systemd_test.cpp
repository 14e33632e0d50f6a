// mgr-service against a systemd of the test's own, at the other end of a pair of sockets: what it
// asks, and that no answer, a wrong one and a late one each have their exit status.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include <functional>
#include <thread>

#include "modules/mgr-service/ask_systemd.h"
#include "modules/mgr-service/bus.h"

namespace mgr_service {
namespace {

using namespace std::chrono_literals;

// What the other end does with a call. Nothing is sent unless it sends it.
using Answer = std::function<void(sd_bus_message* call)>;

int hand_over(sd_bus_message* call, void* answer, sd_bus_error*) {
  if (sd_bus_message_is_method_call(call, nullptr, nullptr) <= 0) return 0;
  (*static_cast<Answer*>(answer))(call);
  return 1;
}

class ServiceSystemd : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_), 0); }
  void TearDown() override {
    client_.reset();  // which ends the other one
    if (server_.joinable()) server_.join();
    if (!is_served_) close(ends_[1]);
  }

  sd_bus* connect() {
    sd_bus* bus = nullptr;
    EXPECT_GE(sd_bus_new(&bus), 0);
    EXPECT_GE(sd_bus_set_fd(bus, ends_[0], ends_[0]), 0);
    EXPECT_GE(sd_bus_start(bus), 0);
    client_.reset(bus);
    return bus;
  }

  // Until the client has gone.
  void serve(Answer answer) {
    is_served_ = true;
    server_ = std::thread([end = ends_[1], answer = std::move(answer)]() mutable {
      sd_bus* bus = nullptr;
      sd_id128_t id{};
      sd_id128_randomize(&id);
      sd_bus_new(&bus);
      sd_bus_set_fd(bus, end, end);
      sd_bus_set_server(bus, 1, id);
      sd_bus_add_filter(bus, nullptr, hand_over, &answer);
      sd_bus_start(bus);
      for (int done = 0; done >= 0;) {
        done = sd_bus_process(bus, nullptr);
        if (done == 0) done = sd_bus_wait(bus, UINT64_MAX);
      }
      sd_bus_close_unref(bus);
    });
  }

  Result<Properties> ask(std::chrono::milliseconds timeout = 20s,
                         const std::string& unit = "nginx.service") {
    sd_bus* bus = connect();
    const auto ready = wait_until_ready(bus, timeout);
    if (!ready) return tl::unexpected(ready.error());
    return ask_systemd(bus, unit, timeout);
  }

 private:
  int ends_[2] = {-1, -1};
  bool is_served_ = false;
  std::thread server_;
  Bus client_;
};

bool is(sd_bus_message* call, const char* member) {
  return std::string_view(sd_bus_message_get_member(call)) == member;
}

// A LoadUnit that is right; everything else is the other's to answer.
Answer loaded_then(Answer answer) {
  return [answer = std::move(answer)](sd_bus_message* call) {
    if (!is(call, "LoadUnit")) return answer(call);
    sd_bus_reply_method_return(call, "o", "/org/freedesktop/systemd1/unit/nginx_2eservice");
  };
}

TEST_F(ServiceSystemd, ReadsTextsAndIntegersAndPassesOverTheRest) {
  std::string asked, path;
  serve([&](sd_bus_message* call) {
    const char* text = nullptr;
    sd_bus_message_read(call, "s", &text);
    asked += std::string(sd_bus_message_get_member(call)) + ' ' + text + ';';
    path = sd_bus_message_get_path(call);
    if (is(call, "LoadUnit")) {
      sd_bus_reply_method_return(call, "o", "/org/freedesktop/systemd1/unit/nginx_2eservice");
    } else {
      sd_bus_reply_method_return(call, "a{sv}", 6, "Id", "s", "nginx.service", "MainPID", "u", 812,
                                 "ExecMainStatus", "i", 3, "After", "as", 2, "a", "b",
                                 "MemoryCurrent", "t", std::uint64_t{1} << 40U, "Job", "(uo)", 0,
                                 "/");
    }
  });
  const auto properties = ask();
  ASSERT_TRUE(properties) << properties.error().message;
  EXPECT_EQ(*properties, (Properties{{"Id", "nginx.service"},
                                     {"MainPID", std::uint64_t{812}},
                                     {"ExecMainStatus", std::uint64_t{3}},
                                     {"MemoryCurrent", std::uint64_t{1} << 40U}}));
  EXPECT_EQ(asked, "LoadUnit nginx.service;GetAll ;");
  EXPECT_EQ(path, "/org/freedesktop/systemd1/unit/nginx_2eservice");
}

TEST_F(ServiceSystemd, WhatItRefusesIsToldQuoted) {
  serve([](sd_bus_message* call) {
    sd_bus_reply_method_errorf(call, SD_BUS_ERROR_INVALID_ARGS, "Unit name \x1b[31m%s", "is bad");
  });
  const auto properties = ask();
  ASSERT_FALSE(properties);
  EXPECT_EQ(properties.error().exit, Exit::refused);
  EXPECT_EQ(properties.error().message, R"(systemd says: "Unit name \u001b[31mis bad")");
}

TEST_F(ServiceSystemd, NoSystemdOnTheBusIsUnreachable) {
  serve([](sd_bus_message* call) {
    sd_bus_reply_method_errorf(call, SD_BUS_ERROR_SERVICE_UNKNOWN, "no such service");
  });
  const auto properties = ask();
  ASSERT_FALSE(properties);
  EXPECT_EQ(properties.error().exit, Exit::unreachable);
}

TEST_F(ServiceSystemd, AnAnswerThatNeverComesIsUnreachable) {
  serve([](sd_bus_message*) {});
  const auto properties = ask(100ms);
  ASSERT_FALSE(properties);
  EXPECT_EQ(properties.error().exit, Exit::unreachable);
}

TEST_F(ServiceSystemd, ASecondAnswerThatNeverComesIsUnreachable) {
  serve(loaded_then([](sd_bus_message*) {}));
  const auto properties = ask(100ms);
  ASSERT_FALSE(properties);
  EXPECT_EQ(properties.error().exit, Exit::unreachable);
}

TEST_F(ServiceSystemd, ABusThatLetsNobodyInIsUnreachable) {
  const auto properties = ask(100ms);  // nobody serves
  ASSERT_FALSE(properties);
  EXPECT_EQ(properties.error().exit, Exit::unreachable);
}

TEST_F(ServiceSystemd, AHangUpIsUnreachable) {
  serve([](sd_bus_message* call) { sd_bus_close(sd_bus_message_get_bus(call)); });
  const auto properties = ask();
  ASSERT_FALSE(properties);
  EXPECT_EQ(properties.error().exit, Exit::unreachable);
}

TEST_F(ServiceSystemd, AnotherPathThanAPathIsRefused) {
  serve([](sd_bus_message* call) { sd_bus_reply_method_return(call, "s", "/not/a/path"); });
  const auto properties = ask();
  ASSERT_FALSE(properties);
  EXPECT_EQ(properties.error().exit, Exit::refused);
}

TEST_F(ServiceSystemd, OtherPropertiesThanADictionaryAreRefused) {
  serve(loaded_then([](sd_bus_message* call) { sd_bus_reply_method_return(call, "u", 7); }));
  const auto properties = ask();
  ASSERT_FALSE(properties);
  EXPECT_EQ(properties.error().exit, Exit::refused);
}

TEST_F(ServiceSystemd, AnEmptyAnswerIsRefused) {
  serve(loaded_then([](sd_bus_message* call) { sd_bus_reply_method_return(call, ""); }));
  const auto properties = ask();
  ASSERT_FALSE(properties);
  EXPECT_EQ(properties.error().exit, Exit::refused);
}

}  // namespace
}  // namespace mgr_service
