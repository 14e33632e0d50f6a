// Clients, with the caller's own uid; distrusts the line that the daemon sent.
#include "client/reply.h"

#include "client/json_value.h"

namespace mgr::client {
namespace {

constexpr std::uint64_t max_err_code = 255;

tl::unexpected<Failure> bad(std::string detail) {
  return failed(Failure::Kind::bad_reply, std::move(detail));
}

Outcome<Reply> parse_refusal(const JsonValue& document, Reply reply) {
  const JsonValue* msg = document.find("msg");
  const auto code = msg == nullptr ? std::nullopt : msg->number_at("err_code");
  if (!code || *code < 1 || *code > max_err_code) return bad("a refusal without its err_code");
  reply.err_code = static_cast<int>(*code);
  reply.error = document.string_at("error").value_or("error " + std::to_string(*code));
  reply.detail = document.string_at("detail").value_or("");
  reply.audit = document.number_at("audit").value_or(0);
  return reply;
}

}  // namespace

Outcome<Reply> parse_reply(std::string_view line) {
  const auto document = parse_json(line);
  if (!document) return bad("not JSON");
  const auto success = document->boolean_at("success");
  if (!success) return bad("neither success nor refusal");
  Reply reply;
  reply.line = line;
  reply.success = *success;
  const JsonValue* data = document->find("data");
  if (data != nullptr) reply.data_json = to_json(*data);
  if (!reply.success) return parse_refusal(*document, std::move(reply));
  reply.msg = document->string_at("msg").value_or("");
  reply.more = document->boolean_at("more").value_or(false);
  return reply;
}

}  // namespace mgr::client
