// mgr-shutdown · root · holds no input of its own.
#include "modules/mgr-shutdown/event_loop.h"

#include <sys/inotify.h>
#include <sys/wait.h>

#include <array>
#include <csignal>
#include <ctime>
#include <string>

namespace mgr_shutdown {
namespace {

constexpr std::array terminations{SIGTERM, SIGINT, SIGHUP};

Result<void> checked(int result, const char* what) {
  if (result < 0) return system_failure(what, result);
  return {};
}

std::string how_it_ended(const siginfo_t& child) {
  if (child.si_code == CLD_EXITED && child.si_status == 0) return "";
  const char* const how = child.si_code == CLD_EXITED ? "status " : "signal ";
  return how + std::to_string(child.si_status);
}

}  // namespace

Result<std::unique_ptr<EventLoop>> EventLoop::open() {
  sigset_t blocked;
  sigemptyset(&blocked);
  for (const int signal : terminations) sigaddset(&blocked, signal);
  sigaddset(&blocked, SIGCHLD);
  if (sigprocmask(SIG_BLOCK, &blocked, nullptr) != 0) return system_failure("sigprocmask", errno);
  sd_event* event = nullptr;
  const int made = sd_event_new(&event);
  if (made < 0) return system_failure("an event loop", made);
  return std::unique_ptr<EventLoop>(new EventLoop(event));
}

int EventLoop::fired(sd_event_source* source, std::uint64_t /*time*/, void* pointer) {
  auto& watch = *static_cast<Watch*>(pointer);
  if (watch.again.count() > 0) {
    (void)sd_event_source_set_time_relative(source,
                                            static_cast<std::uint64_t>(watch.again.count()));
    (void)sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
  }
  watch.call();
  return 0;
}

Result<void> EventLoop::add_timer(std::chrono::microseconds delay, std::chrono::microseconds again,
                                  std::function<void()> call) {
  constexpr std::uint64_t accuracy = 1000;
  auto& watch = watches_.emplace_back(Watch{.call = std::move(call), .again = again});
  return checked(sd_event_add_time_relative(event_.get(), nullptr, CLOCK_BOOTTIME,
                                            static_cast<std::uint64_t>(delay.count()), accuracy,
                                            fired, &watch),
                 "a timer");
}

Result<void> EventLoop::after(std::chrono::milliseconds delay, std::function<void()> call) {
  return add_timer(delay, std::chrono::microseconds(0), std::move(call));
}

Result<void> EventLoop::every(std::chrono::seconds interval, std::function<void()> call) {
  return add_timer(interval, interval, std::move(call));
}

Result<void> EventLoop::on_termination(std::function<void()> call) {
  auto& watch = watches_.emplace_back(Watch{.call = std::move(call)});
  const auto signalled = [](sd_event_source*, const signalfd_siginfo*, void* pointer) {
    static_cast<Watch*>(pointer)->call();
    return 0;
  };
  for (const int signal : terminations) {
    const int added = sd_event_add_signal(event_.get(), nullptr, signal, signalled, &watch);
    if (added < 0) return system_failure("waiting for signals", added);
  }
  return {};
}

Result<void> EventLoop::on_change(const std::string& folder, std::function<void()> call) {
  auto& watch = watches_.emplace_back(Watch{.call = std::move(call)});
  const auto changed = [](sd_event_source*, const inotify_event*, void* pointer) {
    static_cast<Watch*>(pointer)->call();
    return 0;
  };
  constexpr std::uint32_t names = IN_ONLYDIR | IN_MOVED_TO | IN_CREATE | IN_DELETE;
  return checked(
      sd_event_add_inotify(event_.get(), nullptr, folder.c_str(), names, changed, &watch),
      folder.c_str());
}

Result<void> EventLoop::on_exit(pid_t child, std::function<void(std::string)> call) {
  auto& watch = watches_.emplace_back(Watch{.call = {}, .exited = std::move(call)});
  const auto exited = [](sd_event_source*, const siginfo_t* info, void* pointer) {
    static_cast<Watch*>(pointer)->exited(how_it_ended(*info));
    return 0;
  };
  return checked(sd_event_add_child(event_.get(), nullptr, child, WEXITED, exited, &watch),
                 "waiting for a child");
}

Result<void> EventLoop::run() { return checked(sd_event_loop(event_.get()), "the event loop"); }

void EventLoop::end() { (void)sd_event_exit(event_.get(), 0); }

}  // namespace mgr_shutdown
