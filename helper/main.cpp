// mgr-helper: the small root process. uid 0, without capabilities once it serves. Its peer is the
// broker alone, and it trusts nothing that the broker says.
#include <getopt.h>
#include <sodium.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "helper/capabilities.h"
#include "helper/configuration.h"
#include "helper/daemon.h"
#include "helper/jobs/cgroup_tree.h"
#include "helper/jobs/watch.h"
#include "helper/log.h"
#include "helper/startup.h"
#include "mgr_version.h"

namespace mgr {
namespace {

struct Options {
  Paths paths;
  std::string programs = MGR_LIBEXEC;  // the folder of mgr-job and mgr-configure
  bool check = false;
  std::optional<int> exit_status;  // set: nothing is left to do
};

constexpr const char* usage =
    "Usage: mgr-helper [--root DIR] [--libexec DIR] [--check]\n"
    "  --root DIR     look up /etc/mgr, /run, /var/lib/mgr and /var/log/mgr under DIR\n"
    "  --libexec DIR  where mgr-job and mgr-configure are (" MGR_LIBEXEC
    ")\n"
    "  --check        read the configuration, say what is wrong with it, and end\n"
    "  --version      print the version\n";

Options read_options(int argc, char** argv) {
  static constexpr option known[] = {
      {"root", required_argument, nullptr, 'r'}, {"libexec", required_argument, nullptr, 'l'},
      {"check", no_argument, nullptr, 'c'},      {"version", no_argument, nullptr, 'v'},
      {"help", no_argument, nullptr, 'h'},       {nullptr, 0, nullptr, 0}};
  Options options;
  for (int found = 0; (found = getopt_long(argc, argv, "", known, nullptr)) != -1;) {
    if (found == 'r') options.paths = Paths(optarg);
    if (found == 'l') options.programs = optarg;
    if (found == 'c') options.check = true;
    if (found == 'v') options.exit_status = (std::puts("mgr-helper " MGR_VERSION), 0);
    if (found == 'h') options.exit_status = (std::fputs(usage, stdout), 0);
    if (found == '?') options.exit_status = 2;
  }
  if (optind < argc) {
    std::fputs(usage, stderr);
    options.exit_status = 2;
  }
  const std::string& root = options.paths.root;
  if (!root.empty() && root.front() != '/') {
    std::fputs("mgr-helper: --root takes an absolute path\n", stderr);
    options.exit_status = 2;
  }
  return options;
}

Result<DaemonParts> open_parts(const Options& options, CompiledConfiguration configuration,
                               std::unique_ptr<Registry> registry) {
  const Paths& paths = options.paths;
  if (auto made = make_folders(paths); !made) return tl::unexpected(made.error());
  if (auto locked = take_instance_lock(paths); !locked) return tl::unexpected(locked.error());
  auto audit_log = AuditLog::open(paths.audit_file());
  if (!audit_log) return tl::unexpected(audit_log.error());
  const auto highest = audit_log->highest_job_id();
  if (!highest) return tl::unexpected(highest.error());
  const auto clients = client_listener(paths);
  if (!clients) return tl::unexpected(clients.error());
  const auto link = listen_at(paths.helper_socket(), 0660, configuration.broker_gid);
  if (!link) return tl::unexpected(link.error());
  // The root of the cgroup tree is writable with CAP_DAC_OVERRIDE alone: the jobs' part is made
  // now.
  if (const auto tree = open_job_tree(configuration.cgroup); !tree) {
    return tl::unexpected(tree.error());
  }
  JobsSettings jobs;
  jobs.paths = paths;
  jobs.cgroup = configuration.cgroup;
  jobs.mgr_job = options.programs + "/mgr-job";
  jobs.job_uid = configuration.job_uid;
  jobs.job_gid = configuration.job_gid;
  jobs.highest_id_in_audit = *highest;
  jobs.report = log_warning;
  return DaemonParts{
      std::move(configuration), std::move(registry), std::move(*audit_log), *clients, *link,
      std::move(jobs)};
}

// The watchdog is fed while the loop turns (sd_watchdog_enabled(3)).
struct Watchdog {
  uv_loop_t* loop;
  std::uint64_t period_us = 0;
  std::unique_ptr<Watch> next;
  void feed() {
    sd_notify(0, "WATCHDOG=1");
    next = Watch::after(loop, period_us / 2000, [this] { feed(); });
  }
};

// SIGTERM and SIGINT end the loop.
void serve(uv_loop_t* loop) {
  uv_signal_t ends[2];
  constexpr int numbers[2] = {SIGTERM, SIGINT};
  for (int i = 0; i < 2; ++i) {
    uv_signal_init(loop, &ends[i]);
    uv_signal_start(
        &ends[i], [](uv_signal_t* end, int) { uv_stop(end->loop); }, numbers[i]);
  }
  Watchdog watchdog{loop, 0, nullptr};
  if (sd_watchdog_enabled(0, &watchdog.period_us) > 0) watchdog.feed();
  sd_notify(0, "READY=1");
  log_info("ready");
  uv_run(loop, UV_RUN_DEFAULT);
  sd_notify(0, "STOPPING=1");
  watchdog.next.reset();
  for (uv_signal_t& end : ends) uv_close(reinterpret_cast<uv_handle_t*>(&end), nullptr);
  uv_run(loop, UV_RUN_NOWAIT);
}

Result<void> run(const Options& options) {
  auto configuration = read_configuration(options.paths, options.programs + "/mgr-configure");
  if (!configuration) return tl::unexpected(configuration.error());
  auto registry = Registry::build(configuration->modules, configuration->schema_json);
  if (!registry) return tl::unexpected(registry.error());
  if (options.check) return {};

  auto parts = open_parts(options, std::move(*configuration), std::move(*registry));
  if (!parts) return tl::unexpected(parts.error());
  if (auto dropped = drop_all_capabilities(); !dropped) return dropped;
  uv_loop_t loop;
  uv_loop_init(&loop);
  {
    auto daemon = Daemon::open(&loop, std::move(*parts));
    if (!daemon) return tl::unexpected(daemon.error());
    serve(&loop);
  }
  uv_run(&loop, UV_RUN_NOWAIT);  // lets the closed handles go
  uv_loop_close(&loop);
  return {};
}

}  // namespace
}  // namespace mgr

int main(int argc, char** argv) {
  using namespace mgr;
  if (argc < 1) return EXIT_FAILURE;
  const Options options = read_options(argc, argv);
  if (options.exit_status) return *options.exit_status;
  if (geteuid() != 0) {
    log_error("must run as root");
    return EXIT_FAILURE;
  }
  set_up_process();
  if (sodium_init() < 0) return EXIT_FAILURE;
  if (auto ended = run(options); !ended) {
    log_error(ended.error().detail);
    return EXIT_FAILURE;
  }
  if (options.check) std::puts("the configuration is valid");
  return EXIT_SUCCESS;
}
