// mgr-shutdown · root · distrusts the message.
#include "modules/mgr-shutdown/shutdown_program.h"

#include <unistd.h>

#include <array>
#include <cstdio>

#include "modules/mgr-shutdown/run_program.h"
#include "protocol/utc_time.h"

namespace mgr_shutdown {
namespace {

// `-h` is for sysvinit's, which knows -P and -H as its companions alone.
std::vector<std::string> options_for(Kind kind) {
  if (kind == Kind::reboot) return {"-r"};
  return {"-h", kind == Kind::halt ? "-H" : "-P"};
}

std::string first_executable(std::initializer_list<const char*> paths) {
  for (const char* const path : paths) {
    if (access(path, X_OK) == 0) return path;
  }
  return "";
}

}  // namespace

Result<ShutdownProgram::Programs> ShutdownProgram::find_programs() {
  Programs found{.shutdown = first_executable({"/usr/sbin/shutdown", "/sbin/shutdown"}),
                 .wall = first_executable({"/usr/bin/wall", "/bin/wall"})};
  if (found.shutdown.empty()) return failure("there is no /usr/sbin/shutdown");
  return found;
}

Result<void> ShutdownProgram::schedule(const Request& request, RealTime at) {
  constexpr std::chrono::minutes reminder{1};
  request_ = request;
  at_ = at;
  if (auto timer = loop_.after(request.delay, [this] { go_down(); }); !timer) return timer;
  // A shutdown that comes at once is told by shutdown(8) itself.
  if (request.delay.count() == 0) return {};
  if (request.delay > reminder) {
    auto timer = loop_.after(request.delay - reminder, [this] { tell_users("goes down"); });
    if (!timer) return timer;
  }
  tell_users("goes down");
  return {};
}

Outcome ShutdownProgram::call_off() {
  if (runs_) return {Ending::goes_down, "too late to call it off: " + programs_.shutdown + " runs"};
  tell_users("does not go down any more");
  return {Ending::called_off, "called off"};
}

// wall(1) takes a lone argument for the name of a file where it is one; this is none.
void ShutdownProgram::tell_users(const std::string& news) {
  if (programs_.wall.empty()) return;
  const std::string text = "The system " + news + " for " + std::string(word_of(request_.kind)) +
                           " at " + mgr::utc_time(at_.time_since_epoch().count()) + ". " +
                           request_.message;
  const auto child = run_program({programs_.wall, text});
  if (!child)
    return (void)std::fprintf(stderr, "mgr-shutdown: %s\n", child.error().message.c_str());
  (void)loop_.on_exit(*child, [](const std::string&) {});
}

void ShutdownProgram::go_down() {
  std::vector<std::string> command{programs_.shutdown};
  for (std::string& word : options_for(request_.kind)) command.push_back(std::move(word));
  command.insert(command.end(), {"--", "now"});
  if (!request_.message.empty()) command.push_back(request_.message);
  const auto child = run_program(command);
  if (!child) return ended_({Ending::failed, child.error().message});
  runs_ = true;
  const auto watched = loop_.on_exit(*child, [this](const std::string& how) {
    if (!how.empty()) return ended_({Ending::failed, programs_.shutdown + " ended with " + how});
    ended_({Ending::goes_down, programs_.shutdown + " has begun"});
  });
  if (!watched) ended_({Ending::failed, watched.error().message});
}

}  // namespace mgr_shutdown
