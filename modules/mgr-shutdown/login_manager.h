// mgr-shutdown · root · distrusts nothing that root's login manager says, and expects it to die.
//
// systemd's login manager over the system bus: org.freedesktop.login1(5). The only file that knows
// sd-bus(3). Every call has an answer or an error within ten seconds, or within answer_within().
#pragma once

#include <systemd/sd-bus.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "modules/mgr-shutdown/event_loop.h"
#include "modules/mgr-shutdown/result.h"

namespace mgr_shutdown {

// What the login manager has in its calendar. An empty type: nothing.
struct Scheduled {
  std::string type;
  std::uint64_t at = 0;  // µs of real time
  bool operator==(const Scheduled&) const = default;
};

class LoginManager {
 public:
  // An error where systemd does not run or nothing answers on the bus; a login manager that is
  // not running is started by the bus.
  [[nodiscard]] static Result<std::unique_ptr<LoginManager>> connect(EventLoop& loop);
  LoginManager(const LoginManager&) = delete;
  LoginManager& operator=(const LoginManager&) = delete;
  ~LoginManager();

  void answer_within(std::chrono::seconds limit);

  [[nodiscard]] Result<Scheduled> scheduled();
  // Whether the machine goes down now.
  [[nodiscard]] Result<bool> goes_down();
  // Who blocks shutdowns and why, "" for nobody.
  [[nodiscard]] Result<std::string> blocked_by();

  [[nodiscard]] Result<void> set_wall_message(const std::string& message);
  [[nodiscard]] Result<void> schedule(const Scheduled& shutdown);
  [[nodiscard]] Result<void> cancel();
  // The machine does not go down before this process has ended, or some seconds have passed.
  [[nodiscard]] Result<void> delay_until_our_end();

  // PrepareForShutdown(true).
  [[nodiscard]] Result<void> on_going_down(std::function<void()> call);

 private:
  LoginManager() = default;
  struct Unref {
    void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
  };
  using Message = std::unique_ptr<sd_bus_message, Unref>;
  [[nodiscard]] Result<Message> call(const char* method, const char* types, ...);

  sd_bus* bus_ = nullptr;
  std::function<void()> going_down_;
};

}  // namespace mgr_shutdown
