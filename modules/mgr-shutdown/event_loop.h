// mgr-shutdown · root · holds no input of its own.
//
// sd-event(3) for functions of C++. One thread; whatever is registered stays until the loop goes.
#pragma once

#include <sys/types.h>
#include <systemd/sd-event.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>

#include "modules/mgr-shutdown/result.h"

namespace mgr_shutdown {

class EventLoop {
 public:
  // Blocks SIGTERM, SIGINT, SIGHUP and SIGCHLD for this process from now on.
  [[nodiscard]] static Result<std::unique_ptr<EventLoop>> open();

  // By the clock that goes on while the machine sleeps and that nobody sets.
  [[nodiscard]] Result<void> after(std::chrono::milliseconds delay, std::function<void()> call);
  [[nodiscard]] Result<void> every(std::chrono::seconds interval, std::function<void()> call);
  // SIGTERM, SIGINT or SIGHUP.
  [[nodiscard]] Result<void> on_termination(std::function<void()> call);
  // Names that come or go in this folder.
  [[nodiscard]] Result<void> on_change(const std::string& folder, std::function<void()> call);
  // A child of ours; it is reaped. The text says how it ended, "" for status 0.
  [[nodiscard]] Result<void> on_exit(pid_t child, std::function<void(std::string)> call);

  // Until end() is called.
  [[nodiscard]] Result<void> run();
  void end();

  [[nodiscard]] sd_event* get() const { return event_.get(); }

 private:
  struct Watch {
    std::function<void()> call;
    std::function<void(std::string)> exited{};
    std::chrono::microseconds again{0};  // 0: once
  };
  struct Unref {
    void operator()(sd_event* event) const { sd_event_unref(event); }
  };

  explicit EventLoop(sd_event* event) : event_(event) {}
  [[nodiscard]] Result<void> add_timer(std::chrono::microseconds delay,
                                       std::chrono::microseconds again, std::function<void()> call);
  static int fired(sd_event_source* source, std::uint64_t time, void* watch);

  std::unique_ptr<sd_event, Unref> event_;
  std::list<Watch> watches_;  // their addresses are sd-event's user data
};

}  // namespace mgr_shutdown
