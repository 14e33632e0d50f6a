// mgr-shutdown · root, as a job of mgr · distrusts its arguments, which come from clients through
// the policy's types.
#include <csignal>
#include <cstdio>
#include <exception>
#include <optional>

#include "modules/mgr-shutdown/arguments.h"
#include "modules/mgr-shutdown/backend.h"
#include "protocol/utc_time.h"

namespace {

using mgr_shutdown::Ending;
using mgr_shutdown::Outcome;
using mgr_shutdown::Request;

int told(const Outcome& outcome) {
  const bool failed = outcome.ending == Ending::failed;
  (void)std::fprintf(failed ? stderr : stdout, "%s%s\n", failed ? "mgr-shutdown: " : "",
                     outcome.text.c_str());
  (void)std::fflush(stdout);
  return static_cast<int>(outcome.ending);
}

int failed(const mgr_shutdown::Error& error) { return told({Ending::failed, error.message}); }

// Schedules, and stays until the machine goes down, a signal calls it off, or it has failed.
int run(const Request& request) {
  auto loop = mgr_shutdown::EventLoop::open();
  if (!loop) return failed(loop.error());
  std::optional<Outcome> outcome;
  const auto ended = [&](Outcome how) {
    if (!outcome) outcome = std::move(how);
    (*loop)->end();
  };
  auto backend = mgr_shutdown::open_backend(request, **loop, ended);
  if (!backend) return failed(backend.error());
  const auto at = mgr_shutdown::real_time() + request.delay;
  if (auto scheduled = (*backend)->schedule(request, at); !scheduled) {
    return failed(scheduled.error());
  }
  (void)std::printf("%s is scheduled for %s\n", word_of(request.kind).data(),
                    mgr::utc_time(at.time_since_epoch().count()).c_str());
  (void)std::fflush(stdout);
  const auto terminated = (*loop)->on_termination([&] {
    if (!outcome) ended((*backend)->call_off());
  });
  const auto ran = terminated ? (*loop)->run() : terminated;
  if (outcome) return told(*outcome);
  const Outcome undone = (*backend)->call_off();
  return failed({ran.error().message + "; " + undone.text});
}

}  // namespace

int main(int argc, char** argv) {
  (void)std::signal(SIGPIPE, SIG_IGN);
  try {
    const auto request = mgr_shutdown::parse_arguments(argc, argv);
    return request ? run(*request) : request.error();
  } catch (const std::exception& error) {
    return failed({error.what()});
  }
}
