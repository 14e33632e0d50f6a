// Clients, with the caller's own uid; distrusts the line.
#include "client/signed_reply.h"

#include <algorithm>
#include <array>

#include "client/json_value.h"
#include "protocol/signature.h"
#include "protocol/signed_request.h"

namespace mgr::client {
namespace {

// PROTOCOL.md, "Signed replies": the members that the broker adds to what was signed.
constexpr std::array<std::string_view, 6> added_names{"stdout",        "stderr", "stdout_base64",
                                                      "stderr_base64", "output", "left_out"};

tl::unexpected<Failure> unproven(const char* why) {
  return failed(Failure::Kind::unproven_reply, why);
}

bool is_signed_by(const KnownHost& host, std::string_view key, std::string_view nonce,
                  const SignedLine& taken) {
  const auto signature = decode_base64(taken.signature, ed25519_signature_length);
  return signature &&
         verify_ed25519(host.public_key, signed_reply_text(key, nonce, taken.line), *signature);
}

// `whole` begins with the members of `front`, in their order and as they are; but for `data`, which
// is looked at apart.
bool begins_with(const JsonValue& whole, const JsonValue& front) {
  if (whole.names.size() < front.names.size()) return false;
  for (std::size_t i = 0; i < front.names.size(); ++i) {
    if (whole.names[i] != front.names[i]) return false;
    if (front.names[i] != "data" && whole.items[i] != front.items[i]) return false;
  }
  return true;
}

bool is_with_output(const JsonValue& whole, const JsonValue& front) {
  constexpr auto object = JsonValue::Kind::object;
  if (!whole.is(object) || !front.is(object)) return false;
  if (!begins_with(whole, front) || front.find("data") != nullptr) return false;
  for (std::size_t i = front.names.size(); i < whole.names.size(); ++i) {
    const bool is_known = std::ranges::find(added_names, whole.names[i]) != added_names.end();
    if (!is_known || whole.find(whole.names[i]) != &whole.items[i]) return false;
  }
  return true;
}

// What was signed stands in the line unchanged, each member once, with output and nothing else.
bool adds_output_alone(const JsonValue& whole, const JsonValue& front) {
  const JsonValue* data = front.find("data");
  if (data == nullptr || !begins_with(whole, front)) return false;
  const std::size_t count = front.names.size();
  return whole.names.size() == count + 2 && whole.names[count] == "signed" &&
         whole.names[count + 1] == "signature" && is_with_output(*whole.find("data"), *data);
}

}  // namespace

Outcome<Reply> check_reply(std::string_view line, const KnownHost& host, std::string_view key,
                           std::string_view nonce) {
  auto reply = parse_reply(line);
  if (!reply || (reply->success && reply->more)) return reply;
  const auto whole = parse_json(line);
  const auto taken = take_signature(std::string(line) + '\n');
  if (!taken && whole->find("signature") == nullptr) {
    if (reply->success) return unproven("the reply is not signed by the host");
    reply->is_unproven = true;
    return reply;
  }
  if (!taken || !is_signed_by(host, key, nonce, *taken)) {
    return unproven("the reply's signature is not the host's");
  }
  const auto front = parse_json(taken->line);
  auto signed_reply = front ? parse_reply(std::string_view(taken->line)) : reply;
  if (!front || !signed_reply) return unproven("what the host signed is no reply");
  if (taken->is_whole) {
    signed_reply->line = line;
    return signed_reply;
  }
  if (!adds_output_alone(*whole, *front)) {
    return unproven("the reply says more than what the host signed");
  }
  return reply;
}

}  // namespace mgr::client
