// mgrctl, with the caller's own uid. Where clients connect, and whether they are answered.
// Distrusts the answers: they may be those of a broker that was taken over.
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>

#include <algorithm>

#include "client/client.h"
#include "client/display.h"
#include "client/doctor/checks.h"
#include "client/host_port.h"
#include "client/review/show_plan.h"
#include "protocol/error.h"

namespace mgr::client {
namespace {

constexpr std::chrono::seconds patience{5};

Outcome<Reply> ping(const Subject& subject, const Server& server) {
  const Deadline until =
      std::min<Deadline>(subject.session.deadline, std::chrono::steady_clock::now() + patience);
  return ask(server, {"mgr", "ping", {}, ""}, until);
}

bool is_socket(const struct stat& info) { return S_ISSOCK(info.st_mode); }

// Whether a socket that is bound to this path is listened to, by /proc/net/unix: the flags that say
// so stand in its fourth column. To connect to the helper's own is for the broker alone.
bool is_listened_to(const Subject& subject, const std::string& path) {
  const std::string table = '\n' + read_kernel_file(subject.proc + "/net/unix");
  for (std::size_t end = 0; (end = table.find(' ' + path + '\n', end)) != std::string::npos;
       ++end) {
    const std::string_view line = std::string_view(table).substr(table.rfind('\n', end) + 1);
    if (line.substr(0, line.find('\n')).find(" 00010000 ") != std::string_view::npos) return true;
  }
  return false;
}

std::string remedy_of_client_socket(const Subject& subject) {
  return subject.by_systemd ? "systemctl restart mgr.socket mgr-helper.service"
                            : subject.restart("mgr-helper");
}

void look_at_client_socket(const Subject& subject, const std::string& path, Report& report) {
  struct stat info {};
  const std::string remedy = remedy_of_client_socket(subject);
  if (::lstat(path.c_str(), &info) != 0) return report.fail(path + ": is not there", remedy);
  if (!is_socket(info)) return report.fail(path + ": is no socket", remedy);
  if (info.st_uid != 0) {
    report.fail(path + ": belongs to uid " + std::to_string(info.st_uid), remedy);
  }
  if ((info.st_mode & 0006) != 0006) {
    report.warn(path + ": is closed to users; the policy never gets to decide about them", remedy);
  }
}

void look_at_link(const Subject& subject, Report& report) {
  struct stat info {};
  const std::string path = subject.paths.helper_socket();
  const std::string remedy = subject.restart("mgr-helper");
  if (::lstat(path.c_str(), &info) != 0) return report.fail(path + ": is not there", remedy);
  const passwd* broker = ::getpwnam(subject.settings.broker_user.c_str());
  if (!is_socket(info) || info.st_uid != 0 || (info.st_mode & 0007) != 0) {
    report.fail(path + ": is not root's socket for the broker alone", remedy);
  } else if (broker != nullptr && info.st_gid != broker->pw_gid) {
    report.fail(path + ": is not the group's of " + subject.settings.broker_user, remedy);
  } else if (!is_listened_to(subject, path)) {
    report.fail(path + ": nobody listens", remedy);
  }
}

void judge_answer(const std::string& place, const Outcome<Reply>& answer, const std::string& remedy,
                  Report& report) {
  if (answer && answer->success) return;
  const std::string said = answer ? render_refusal(*answer) : render_failure(answer.error());
  report.fail(place + ": " + shortened(said, 200), remedy);
}

// The socket goes with it: who connects would have systemd start the helper again.
std::string accept_clock(const Subject& subject) {
  return subject.by_systemd ? "systemctl stop mgr.socket mgr-helper.service; mgr-helper "
                              "--accept-clock; systemctl start mgr.socket mgr-helper.service"
                            : "end mgr-helper, run mgr-helper --accept-clock, and start it again";
}

// Where all addresses are listened at, the loopback is.
HostPort reachable(HostPort address) {
  if (address.host == "0.0.0.0") address.host = "127.0.0.1";
  if (address.host == "::") address.host = "::1";
  return address;
}

}  // namespace

void check_sockets(const Subject& subject, Report& report) {
  const ServerChoice& choice = subject.session.choice;
  const std::string path = choose_socket_path(
      choice.socket, choice.root, choice.env_socket ? choice.env_socket->c_str() : nullptr);
  look_at_client_socket(subject, path, report);
  look_at_link(subject, report);
  const auto answer = ping(subject, Server(path));
  // Without a broker the helper answers by itself.
  judge_answer(path, answer, subject.restart(answer ? "mgr-broker" : "mgr-helper"), report);
  report.sum_up(path + " answers, and the helper listens to the broker alone");
}

void check_network(const Subject& subject, Report& report) {
  const std::string& listen = subject.settings.listen;
  if (listen.empty()) return report.ok("nothing listens: mgr.toml has listen = \"\"");
  const auto address = parse_host_port(listen);
  if (!address) return report.skip(listen + ": any free port, or none");
  Server server;
  server.host = reachable(*address);
  judge_answer(listen, ping(subject, server), subject.restart("mgr-broker"), report);
  if (!is_loopback(*address)) {
    report.warn(listen + ": is no loopback, and nothing that travels there is encrypted",
                "editor " + shell_word(subject.paths.settings_file()) +
                    "; listen = \"127.0.0.1:6667\" and a tunnel");
  }
  report.sum_up(listen + " answers");
}

void check_signing(const Subject& subject, Report& report) {
  const auto file = choose_key_file(subject.session.choice);
  if (!file) return report.skip("the caller has no key");
  const auto server = choose_server(subject.session.choice);
  if (!server) return report.warn(server.error().detail, subject.mgrctl("key list"));
  const auto answer = ping(subject, *server);
  if (answer && answer->success) {
    return report.ok("a request that is signed with " + *file + " is taken, and its answer proven");
  }
  const std::string said =
      shortened(answer ? render_refusal(*answer) : render_failure(answer.error()), 300);
  if (!answer || answer->err_code != static_cast<int>(ErrorCode::stale)) {
    return report.warn("signed with " + *file + ": " + said, subject.mgrctl("key list"));
  }
  const bool was_ahead = said.find("accept-clock") != std::string::npos;
  report.fail("signed with " + *file + ": " + said,
              was_ahead ? accept_clock(subject) : "timedatectl; " + subject.mgrctl("doctor"));
}

}  // namespace mgr::client
