// Helper, root.
//
// Boost.Process decides by feature macros whether vfork is there, and _GNU_SOURCE hides it. From a
// process of 200 MB fork costs forty times as much.
#define BOOST_POSIX_HAS_VFORK 1
#include "helper/jobs/spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include <array>
#include <boost/process/args.hpp>
#include <boost/process/child.hpp>
#include <boost/process/env.hpp>
#include <boost/process/error.hpp>
#include <boost/process/exe.hpp>
#include <boost/process/extend.hpp>
#include <boost/process/posix.hpp>
#include <cerrno>
#include <exception>

#include "helper/jobs/job_files.h"
#include "helper/jobs/signal_process.h"

namespace mgr {
namespace {

namespace process = boost::process;

// dup2 of a descriptor onto itself would leave close-on-exec set, and onto another source would
// lose that one: so all sources are moved out of the way first.
constexpr int first_free_descriptor = 16;

Descriptor moved_up(int descriptor) {
  return Descriptor(fcntl(descriptor, F_DUPFD_CLOEXEC, first_free_descriptor));
}

// The vfork child shares our memory until execve: no handler of ours may run in it.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

// What the child gets as its descriptors 0 to 7.
using Inherited = std::array<Descriptor, 8>;
static_assert(job_input_descriptor == 7);

// Detached at once: the destructor of a boost::process::child kills its process.
Result<pid_t> run(const std::string& program, const std::vector<std::string>& arguments,
                  const std::array<int, 8>& passed) {
  Inherited sources;
  for (std::size_t i = 0; i < passed.size(); ++i) {
    sources.at(i) = moved_up(passed.at(i));
    if (!sources.at(i)) return fail_errno("descriptors of " + program);
  }
  const auto bound = [&](int target) {
    return process::posix::fd.bind(target, sources.at(static_cast<std::size_t>(target)).get());
  };
  // Boost.Process looks once for one that could not be executed, mostly before it has ended.
  const auto reap_failed = [](const auto& executor, const std::error_code&) {
    if (executor.pid > 0) waitpid(executor.pid, nullptr, 0);
  };
  std::error_code error;
  const SignalsBlocked blocked;
  process::child child(process::exe(program), process::args(arguments), process::environment(),
                       process::posix::use_vfork, error, process::extend::on_error = reap_failed,
                       bound(0), bound(1), bound(2), bound(3), bound(4), bound(5), bound(6),
                       bound(7));
  if (error) return fail(ErrorCode::failed, program + ": " + error.message());
  const pid_t pid = child.id();
  child.detach();
  return pid;
}

// A library's exceptions end here.
Result<pid_t> run_caught(const std::string& program, const std::vector<std::string>& arguments,
                         const std::array<int, 8>& passed) {
  try {
    return run(program, arguments, passed);
  } catch (const std::exception& error) {
    return fail(ErrorCode::failed, program + ": " + error.what());
  }
}

Descriptor open_null() { return Descriptor(open("/dev/null", O_RDWR | O_CLOEXEC)); }

// /dev/null in the place of what there is none of.
Result<Descriptor> run_mgr_job(const std::string& program,
                               const std::vector<std::string>& arguments,
                               const JobDescriptors& passed) {
  const Descriptor null = open_null();
  const auto or_null = [&null](int descriptor) { return descriptor < 0 ? null.get() : descriptor; };
  const auto pid =
      run_caught(program, arguments,
                 {null.get(), null.get(), null.get(), or_null(passed.folder), or_null(passed.lock),
                  or_null(passed.control), or_null(passed.cgroup), or_null(passed.input)});
  if (!pid) return tl::unexpected(pid.error());
  auto process = open_process(*pid);
  // Without a pidfd it can only be waited for: its first process ends by itself.
  if (!process) waitpid(*pid, nullptr, 0);
  return process ? std::move(*process) : Descriptor();
}

}  // namespace

Result<ChildWithOutput> spawn_with_output(const std::string& program,
                                          const std::vector<std::string>& arguments) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return fail_errno("pipe");
  Descriptor source(ends[0]);
  Descriptor output(ends[1]);
  fcntl(source.get(), F_SETFL, O_NONBLOCK);
  Descriptor null = open_null();
  const int none = null.get();
  const auto pid = run_caught(program, arguments,
                              {none, output.get(), STDERR_FILENO, none, none, none, none, none});
  if (!pid) return tl::unexpected(pid.error());
  output.reset();
  null.reset();  // which leaves a descriptor for the pidfd
  auto process = open_process(*pid);
  if (!process) return tl::unexpected(process.error());
  return ChildWithOutput{std::move(source), std::move(*process)};
}

Result<Descriptor> spawn_mgr_job(const std::string& program, std::uint32_t uid, std::uint32_t gid,
                                 const JobDescriptors& passed) {
  return run_mgr_job(program, {"--drop-to", std::to_string(uid) + ":" + std::to_string(gid)},
                     passed);
}

Result<Descriptor> spawn_sweep(const std::string& program, std::uint64_t job, int leaf) {
  return run_mgr_job(program, {"--sweep", std::to_string(job)}, {.cgroup = leaf});
}

bool reap(const Descriptor& process) {
  siginfo_t ended{};
  if (waitid(static_cast<idtype_t>(P_PIDFD), static_cast<id_t>(process.get()), &ended,
             WEXITED | WNOHANG) != 0) {
    return errno != EAGAIN && errno != EINTR;
  }
  return ended.si_pid != 0;
}

}  // namespace mgr
