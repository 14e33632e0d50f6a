// Clients, with the caller's own uid; distrusts both the values that it is given and the reply.
#include "client/client.h"

#include "protocol/paths.h"
#include "protocol/request_block.h"
#include "protocol/root_language.h"

namespace mgr::client {
namespace {

tl::unexpected<Failure> invalid(std::string detail) {
  return failed(Failure::Kind::invalid_request, std::move(detail));
}

}  // namespace

std::string folded(std::string_view name) {
  std::string text(name);
  for (char& byte : text) {
    if (byte >= 'A' && byte <= 'Z') byte = static_cast<char>(byte - 'A' + 'a');
  }
  return text;
}

Outcome<std::string> write_request(const Request& request) {
  if (!is_name(folded(request.module))) return invalid("that is no module's name");
  if (!is_name(folded(request.action))) return invalid("that is no action's name");
  std::vector<Field> fields{{"module", request.module}, {"action", request.action}};
  if (!request.on_behalf_of.empty()) fields.push_back({"mgr-on-behalf-of", request.on_behalf_of});
  if (request.wait) fields.push_back({"mgr-wait", "yes"});
  if (request.confirm) fields.push_back({"mgr-confirm", "yes"});
  if (request.dry_run) fields.push_back({"mgr-dry-run", "yes"});
  if (!request.request_id.empty()) {
    if (!is_request_id(request.request_id)) return invalid(not_a_request_id);
    fields.push_back({"mgr-request-id", request.request_id});
  }
  if (request.body) {
    if (request.body->size() > max_body_length) return invalid("the body is over 1 MiB");
    fields.push_back({"mgr-body", std::to_string(request.body->size())});
  }
  for (const Field& argument : request.arguments) {
    Field field{folded(argument.name), argument.value};
    if (!is_name(field.name)) return invalid("that is no argument's name");
    if (is_reserved_name(field.name)) return invalid(field.name + " is a reserved name");
    fields.push_back(std::move(field));
  }
  auto block = write_block(fields);
  if (!block) return invalid(std::move(block.error().detail));
  if (request.body) *block += *request.body;
  return std::move(*block);
}

Outcome<Exchange> Exchange::begin(const std::string& socket_path, const Request& request,
                                  Deadline deadline) {
  const auto block = write_request(request);
  if (!block) return tl::unexpected(block.error());
  auto connection = Connection::open(socket_path, deadline);
  if (!connection) return tl::unexpected(connection.error());
  const auto sent = connection->send(*block, deadline);
  if (!sent) return tl::unexpected(sent.error());
  return Exchange(std::move(*connection));
}

Outcome<Reply> Exchange::next(Deadline deadline) {
  const auto line = connection_.read_line(deadline);
  if (!line) return tl::unexpected(line.error());
  return parse_reply(*line);
}

Outcome<std::optional<Reply>> Exchange::take() {
  const auto line = connection_.take_line();
  if (!line) return tl::unexpected(line.error());
  if (!*line) return std::nullopt;
  return parse_reply(**line);
}

Outcome<Reply> ask(const std::string& socket_path, const Request& request, Deadline deadline) {
  auto exchange = Exchange::begin(socket_path, request, deadline);
  if (!exchange) return tl::unexpected(exchange.error());
  return exchange->next(deadline);
}

std::string choose_socket_path(const std::optional<std::string>& socket,
                               const std::optional<std::string>& root, const char* environment) {
  if (socket) return *socket;
  if (root) return Paths(*root).client_socket();
  if (environment != nullptr && *environment != '\0') return environment;
  return Paths().client_socket();
}

}  // namespace mgr::client
