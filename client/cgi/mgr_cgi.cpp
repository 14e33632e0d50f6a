// mgr.cgi, the web's way in (CGI/1.1, RFC 3875): as the web server's user, started by the web
// server for one request. Distrusts that request, the page that sent it, whoever sits at the
// browser, and what mgr answers. It has no right but to ask mgr: what may be done is mgr's to
// decide.
#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <ctime>

#include "client/cgi/body.h"
#include "client/cgi/relay.h"
#include "client/cgi/response.h"
#include "client/cgi/token.h"
#include "client/cgi/token_key.h"
#include "client/cgi/web_request.h"
#include "protocol/json.h"

namespace mgr::cgi {
namespace {

client::Deadline body_deadline() {
  return std::chrono::steady_clock::now() + std::chrono::seconds(10);
}

int exit_status(bool is_read) { return is_read ? EXIT_SUCCESS : EXIT_FAILURE; }

std::string token_line(const Guarded& secret, const TokenHolder& holder) {
  JsonWriter json;
  json.open_object().member("success", true).member("msg", "token ok").key("data").open_object();
  json.member("token", make_token(secret, holder, std::time(nullptr)));
  json.member("user", holder.user).member("seconds", token_seconds);
  return json.close_object().close_object().take();
}

// What is posted for a token says nothing.
Judged<std::string> give_token(const Guarded& secret, const TokenHolder& holder,
                               const Admission& admission, const std::string& body) {
  if (!body.empty()) {
    const auto posted = read_posted(admission.encoding, body);
    if (!posted) return tl::unexpected(posted.error());
    if (!posted->fields.empty() || posted->bytes) {
      return refuse(ErrorCode::malformed, "who asks for a token says nothing else");
    }
  }
  return token_line(secret, holder);
}

Judged<client::Request> read_request(const Environment& environment, const Guarded& secret,
                                     const TokenHolder& holder, const Admission& admission,
                                     const std::string& body) {
  auto posted = read_posted(admission.encoding, body);
  if (!posted) return tl::unexpected(posted.error());
  const std::string& token = environment.token.empty() ? posted->token : environment.token;
  const auto proven = check_token(secret, holder, std::time(nullptr), token);
  if (!proven) return tl::unexpected(proven.error());
  return make_request(std::move(*posted), admission.user);
}

// The walk of a request that has been let in. False where nobody reads the answer.
Judged<bool> answer(Output& output, const Environment& environment, const Admission& admission) {
  const auto body = read_body(STDIN_FILENO, admission.content_length, body_deadline());
  if (!body) return tl::unexpected(body.error());
  const std::string& key_file = environment.token_key;
  const auto secret = token_key(key_file.empty() ? default_token_key : key_file);
  if (!secret) return tl::unexpected(secret.error());
  const TokenHolder holder{admission.user, admission.host};
  if (admission.place == Place::token) {
    const auto line = give_token(*secret, holder, admission, *body);
    if (!line) return tl::unexpected(line.error());
    return write_json(output, 200, *line);
  }
  const auto request = read_request(environment, *secret, holder, admission, *body);
  if (!request) return tl::unexpected(request.error());
  const auto server = choose_server(environment);
  if (!server) return tl::unexpected(server.error());
  return relay(output, *server, *request, admission.place);
}

// What is closed would be taken by the first file or socket that is opened, and an answer would go
// there. Without a way in or out nothing is asked.
bool has_descriptors() {
  if (::fcntl(STDERR_FILENO, F_GETFD) < 0) ::open("/dev/null", O_WRONLY);
  return ::fcntl(STDIN_FILENO, F_GETFD) >= 0 && ::fcntl(STDOUT_FILENO, F_GETFD) >= 0;
}

int run(const char* const* variables) {
  if (!has_descriptors()) return EXIT_FAILURE;
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
  Output output(STDOUT_FILENO);
  const auto environment = read_environment(variables);
  if (!environment) return exit_status(write_refusal(output, environment.error()));
  const auto admission = admit(*environment, ::geteuid());
  if (!admission) {
    const bool is_read = write_refusal(output, admission.error());
    if (is_read) discard_body(STDIN_FILENO, environment->content_length, body_deadline());
    return exit_status(is_read);
  }
  const auto answered = answer(output, *environment, *admission);
  return exit_status(answered ? *answered : write_refusal(output, answered.error()));
}

}  // namespace
}  // namespace mgr::cgi

// The command line is a query's (RFC 3875, section 4.4), and nothing looks at it.
int main() { return mgr::cgi::run(environ); }
