// Clients, with the caller's own uid; distrusts both the values that it is given and the reply.
#include "client/client.h"

#include "client/signed_reply.h"
#include "protocol/request_block.h"
#include "protocol/root_language.h"

namespace mgr::client {
namespace {

tl::unexpected<Failure> invalid(std::string detail) {
  return failed(Failure::Kind::invalid_request, std::move(detail));
}

Outcome<std::vector<Field>> fields_of(const Request& request) {
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
  return fields;
}

Outcome<std::string> block_of(const std::vector<Field>& fields, const Request& request) {
  auto block = write_block(fields);
  if (!block) return invalid(std::move(block.error().detail));
  if (request.body) *block += *request.body;
  return std::move(*block);
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
  const auto fields = fields_of(request);
  if (!fields) return tl::unexpected(fields.error());
  return block_of(*fields, request);
}

Outcome<SignedRequest> write_signed_request(const Request& request, const Signer& signer) {
  auto fields = fields_of(request);
  if (!fields) return tl::unexpected(fields.error());
  const auto nonce = sign(signer, *fields, request.body);
  if (!nonce) return tl::unexpected(nonce.error());
  auto bytes = block_of(*fields, request);
  if (!bytes) return tl::unexpected(bytes.error());
  return SignedRequest{std::move(*bytes), *nonce};
}

Outcome<Exchange> Exchange::begin(const Server& server, const Request& request, Deadline deadline) {
  const auto block = write_request(request);
  if (!block) return tl::unexpected(block.error());
  auto connection = server.host ? Connection::open(*server.host, deadline)
                                : Connection::open(server.socket_path, deadline);
  if (!connection) return tl::unexpected(connection.error());
  SignedRequest written{*block, ""};
  if (server.signer) {  // now, since connecting may have taken its time
    auto proven = write_signed_request(request, *server.signer);
    if (!proven) return tl::unexpected(proven.error());
    written = std::move(*proven);
  }
  const auto sent = connection->send(written.bytes, deadline);
  if (!sent) return tl::unexpected(sent.error());
  return Exchange(std::move(*connection), server.signer, std::move(written.nonce));
}

Outcome<Reply> Exchange::read(const std::string& line) const {
  if (!signer_) return parse_reply(line);
  const KnownHost& host = signer_->host;
  auto reply = check_reply(line, host, signer_->key.id, nonce_);
  if (reply) {
    reply->signed_with = signer_->name();
  } else if (reply.error().kind == Failure::Kind::unproven_reply) {
    reply.error().detail += " (" + host.name + " of " + host.place + ')';
  }
  return reply;
}

Outcome<Reply> Exchange::next(Deadline deadline) {
  const auto line = connection_.read_line(deadline);
  if (!line) return tl::unexpected(line.error());
  return read(*line);
}

Outcome<std::optional<Reply>> Exchange::take() {
  const auto line = connection_.take_line();
  if (!line) return tl::unexpected(line.error());
  if (!*line) return std::nullopt;
  return read(**line);
}

Outcome<Reply> only_line(Outcome<Reply> reply) {
  if (!reply || !reply->more) return reply;
  return failed(Failure::Kind::bad_reply, "several lines where one was to come");
}

Outcome<Reply> ask(const Server& server, const Request& request, Deadline deadline) {
  auto exchange = Exchange::begin(server, request, deadline);
  if (!exchange) return tl::unexpected(exchange.error());
  return only_line(exchange->next(deadline));
}

}  // namespace mgr::client
