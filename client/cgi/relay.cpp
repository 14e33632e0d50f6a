// mgr.cgi, as the web server's user; distrusts what mgr answers.
#include "client/cgi/relay.h"

#include <chrono>
#include <memory>
#include <optional>

#include "client/cgi/event_stream.h"
#include "client/cgi/response.h"
#include "client/cgi/web_request.h"

namespace mgr::cgi {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds connecting(10);

// The reply's one line; nothing where nobody waits for it any more.
std::optional<client::Outcome<client::Reply>> only_line(const Output& output,
                                                        client::Exchange& exchange,
                                                        client::Deadline deadline) {
  for (;;) {
    const auto taken = exchange.take();
    if (!taken) return tl::unexpected(taken.error());
    if (*taken) return **taken;
    const auto left = client::time_left(deadline);
    if (left.count() == 0) {
      return client::failed(client::Failure::Kind::no_answer, "none within the time limit");
    }
    if (!output.wait_beside(exchange.descriptor(), left)) return std::nullopt;
  }
}

bool write_only_line(Output& output, client::Exchange& exchange, std::chrono::seconds patience) {
  const auto reply = only_line(output, exchange, Clock::now() + patience);
  if (!reply) return false;
  if (!*reply) return write_refusal(output, unanswered(reply->error()));
  if ((*reply)->more) {
    return write_refusal(
        output, refuse(ErrorCode::invalid_argument, "the answer is a stream: ask for it at /stream")
                    .value());
  }
  return write_reply(output, **reply);
}

}  // namespace

Judged<client::Server> choose_server(const Environment& environment) {
  client::Server server(client::choose_socket_path({}, {}, environment.socket.c_str()));
  if (environment.key.empty()) return server;
  auto key = client::read_key_file(environment.key);
  if (!key) return broken("MGR_KEY: " + key.error().detail);
  std::vector<std::string> files{environment.known_hosts};
  // Of nobody's home: what the web server's user has there counts for nothing.
  if (environment.known_hosts.empty()) files = client::known_hosts_files({}, client::local_name);
  auto host = client::find_known_host(client::local_name, files);
  if (!host) return broken(host.error().detail);
  server.signer = std::make_shared<const client::Signer>(
      client::Signer{std::move(*key), environment.key, std::move(*host)});
  return server;
}

bool relay(Output& output, const client::Server& server, const client::Request& request,
           Place place) {
  auto exchange = client::Exchange::begin(server, request, Clock::now() + connecting);
  if (!exchange) return write_refusal(output, unanswered(exchange.error()));
  return place == Place::stream ? write_events(output, *exchange)
                                : write_only_line(output, *exchange, patience_with(request));
}

}  // namespace mgr::cgi
