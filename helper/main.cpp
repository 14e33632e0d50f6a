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
#include "helper/jobs/boot_id.h"
#include "helper/jobs/cgroup_tree.h"
#include "helper/log.h"
#include "helper/startup.h"
#include "mgr_version.h"
#include "protocol/signature.h"

namespace mgr {
namespace {

struct Options {
  Paths paths;
  std::string programs = MGR_LIBEXEC;  // the folder of mgr-job and mgr-configure
  bool check = false;
  bool accept_clock = false;
};

constexpr const char* usage =
    "Usage: mgr-helper [--root DIR] [--libexec DIR] [--foreground | --check | --accept-clock]\n"
    "  --root DIR     look up /etc/mgr, /run, /var/lib/mgr and /var/log/mgr under DIR, an absolute "
    "path\n"
    "  --libexec DIR  where mgr-job and mgr-configure are (" MGR_LIBEXEC
    ")\n"
    "  --foreground   serve, as without it: it never goes to the background\n"
    "  --check        read the configuration, say what is wrong with it, and end\n"
    "  --accept-clock take signed requests by the clock as it is, although it was ahead when the "
    "last\n"
    "                 ones were taken, and end; only while no helper runs\n"
    "  --version      print the version";

// Exits by itself where nothing is left to do.
Options read_options(int argc, char** argv) {
  static constexpr option known[] = {
      {"root", required_argument, nullptr, 'r'},   {"libexec", required_argument, nullptr, 'l'},
      {"foreground", no_argument, nullptr, 'f'},   {"check", no_argument, nullptr, 'c'},
      {"accept-clock", no_argument, nullptr, 'a'}, {"version", no_argument, nullptr, 'v'},
      {"help", no_argument, nullptr, 'h'},         {nullptr, 0, nullptr, 0}};
  Options options;
  bool understood = true;
  for (int found = 0; (found = getopt_long(argc, argv, "", known, nullptr)) != -1;) {
    if (found == 'r') options.paths = Paths(optarg);
    if (found == 'l') options.programs = optarg;
    if (found == 'c') options.check = true;
    if (found == 'a') options.accept_clock = true;
    if (found == 'v') std::exit(std::puts("mgr-helper " MGR_VERSION) < 0);
    if (found == 'h') std::exit(std::puts(usage) < 0);
    understood = understood && found != '?';
  }
  const std::string& root = options.paths.root;
  if (understood && optind == argc && (root.empty() || root.front() == '/')) return options;
  (void)std::fprintf(stderr, "%s\n", usage);
  std::exit(2);
}

// The key that replies are signed with.
Result<Guarded> read_host_key(const Paths& paths) {
  return Guarded::read_hex_file(paths.host_key_file(), 0, ed25519_seed_length, ed25519_seed_length)
      .and_then(ed25519_secret_key);
}

Result<DaemonParts> open_parts(const Options& options, ConfigureCommand configure,
                               InForce in_force) {
  const Paths& paths = options.paths;
  const CompiledConfiguration& configuration = in_force->configuration;
  if (auto locked = take_instance_lock(paths); !locked) return tl::unexpected(locked.error());
  auto host_key = read_host_key(paths);
  if (!host_key) return tl::unexpected(host_key.error());
  auto nonces = Nonces::open(paths, read_boot_id(), Clocks::now());
  if (!nonces) return tl::unexpected(nonces.error());
  auto audit_log = AuditLog::open(paths, audit_limits(configuration));
  if (!audit_log) return tl::unexpected(audit_log.error());
  if (access(paths.first_audit_key_file().c_str(), F_OK) == 0) {
    log_warning("`mgrctl audit key` shows the first key of the audit log, to be kept elsewhere");
  }
  auto listeners = open_listeners(paths, configuration.broker_gid);
  if (!listeners) return tl::unexpected(listeners.error());
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
  jobs.highest_id_in_audit = configuration.highest_job_id;
  jobs.max_running = configuration.max_running;
  jobs.keep = {configuration.keep_for, configuration.keep_jobs, configuration.keep_bytes};
  jobs.report = log_warning;
  configure.occasion = "--reload";
  return DaemonParts{std::move(in_force),          std::move(configure),
                     std::move(*audit_log),        std::move(listeners->clients),
                     std::move(listeners->broker), std::move(jobs),
                     std::move(*host_key),         std::move(*nonces)};
}

// --accept-clock: what it did is in the audit too.
Result<void> accept_clock(const Paths& paths) {
  if (auto locked = take_instance_lock(paths); !locked) return locked;
  auto audit_log = AuditLog::open(paths);
  if (!audit_log) return tl::unexpected(audit_log.error());
  const Clocks now = Clocks::now();
  auto nonces = Nonces::open(paths, read_boot_id(), now, /*accept_clock=*/true);
  if (!nonces) return tl::unexpected(nonces.error());
  if (auto closed = nonces->close(now); !closed) return closed;
  JsonWriter json;
  json.open_object().member("clock", now.real_s).member("nonces", nonces->table().size());
  audit_log->append("clock_accepted", json.close_object().text());
  if (auto written = audit_log->flush(true); !written) return written;
  audit_log->sync_key();
  std::printf(
      "the clock counts from %lld on; signed requests are taken 30 s from now; what was signed for "
      "a later\n"
      "time while the clock was ahead may count again then: change the keys that signed it\n",
      static_cast<long long>(now.real_s));
  return {};
}

// SIGTERM and SIGINT end the loop, SIGHUP reloads; the watchdog is fed while it turns
// (sd_watchdog_enabled(3)).
void serve(uv_loop_t* loop, Daemon& daemon) {
  uv_signal_t ends[2];
  constexpr int numbers[2] = {SIGTERM, SIGINT};
  for (int i = 0; i < 2; ++i) {
    ends[i].data = &daemon;
    uv_signal_init(loop, &ends[i]);
    uv_signal_start(
        &ends[i], [](uv_signal_t* end, int) { static_cast<Daemon*>(end->data)->end(); },
        numbers[i]);
  }
  uv_signal_t reload;
  reload.data = &daemon;
  uv_signal_init(loop, &reload);
  uv_signal_start(
      &reload, [](uv_signal_t* signal, int) { static_cast<Daemon*>(signal->data)->reload(); },
      SIGHUP);
  uv_timer_t watchdog;
  uv_timer_init(loop, &watchdog);
  std::uint64_t period_us = 0;
  if (sd_watchdog_enabled(0, &period_us) > 0) {
    uv_timer_start(
        &watchdog, [](uv_timer_t*) { sd_notify(0, "WATCHDOG=1"); }, period_us / 2000,
        period_us / 2000);
  }
  sd_notify(0, "READY=1");
  log_info("ready");
  uv_run(loop, UV_RUN_DEFAULT);
  sd_notify(0, "STOPPING=1");
  uv_close(reinterpret_cast<uv_handle_t*>(&watchdog), nullptr);
  uv_close(reinterpret_cast<uv_handle_t*>(&reload), nullptr);
  for (uv_signal_t& end : ends) uv_close(reinterpret_cast<uv_handle_t*>(&end), nullptr);
  uv_run(loop, UV_RUN_NOWAIT);
}

Result<void> run(const Options& options) {
  const ConfigureCommand configure{options.programs + "/mgr-configure", options.paths.root,
                                   options.check ? "--check" : "--prepare"};
  auto running = read_configuration(configure).and_then(
      [&](LoadedConfiguration loaded) { return build_running(std::move(loaded), options.paths); });
  if (!running) return tl::unexpected(running.error());
  if (options.check) return {};
  if (options.accept_clock) return accept_clock(options.paths);

  auto parts = open_parts(options, configure, std::move(*running));
  if (!parts) return tl::unexpected(parts.error());
  if (auto dropped = drop_all_capabilities(); !dropped) return dropped;
  uv_loop_t loop;
  uv_loop_init(&loop);
  {
    auto daemon = Daemon::open(&loop, std::move(*parts));
    if (!daemon) return tl::unexpected(daemon.error());
    serve(&loop, **daemon);
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
