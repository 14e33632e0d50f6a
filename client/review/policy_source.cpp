// mgrctl, with the caller's own uid; distrusts the daemon's answers.
#include "client/review/policy_source.h"

#include <sodium.h>

#include "client/json_value.h"
#include "client/review/run_configure.h"
#include "policy/compiled.h"

namespace mgr::client {
namespace {

constexpr std::uint64_t most_parts = 64;

struct Part {
  std::uint64_t parts = 0;
  std::string digest;
  std::string bytes;
};

tl::unexpected<Failure> bad_reply(const char* what) {
  return failed(Failure::Kind::bad_reply, what);
}

std::optional<std::string> decode_base64(const std::string& text) {
  std::string bytes(text.size(), '\0');
  std::size_t length = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                        text.size(), nullptr, &length, nullptr,
                        sodium_base64_VARIANT_ORIGINAL) != 0) {
    return std::nullopt;
  }
  bytes.resize(length);
  return bytes;
}

Outcome<Part> read_part(const Reply& reply) {
  const auto data = parse_json(reply.data_json);
  if (!data) return bad_reply("not the shape of a part of a policy");
  const std::uint64_t parts = data->number_at("parts").value_or(0);
  const auto digest = data->string_at("digest");
  auto bytes = decode_base64(data->string_at("base64").value_or(""));
  if (parts == 0 || parts > most_parts || !digest || !bytes || bytes->empty()) {
    return bad_reply("not the shape of a part of a policy");
  }
  return Part{parts, *digest, std::move(*bytes)};
}

Outcome<SourcedPolicy> decode_policy(const std::string& bytes) {
  auto review = decode_review(bytes);
  if (!review) return bad_reply("the policy of another version of mgr");
  return SourcedPolicy{std::move(*review), {}, {}};
}

}  // namespace

Outcome<SourcedPolicy> load_files(const Options& options,
                                  const std::optional<std::string>& folder) {
  std::vector<std::string> arguments{"--review"};
  if (folder) arguments.insert(arguments.end(), {"--folder", *folder});
  if (options.root) arguments.insert(arguments.end(), {"--root", *options.root});
  auto outcome = run_configure(options.libexec, arguments);
  if (!outcome) return tl::unexpected(outcome.error());
  if (!outcome->error.empty()) {
    return failed(Failure::Kind::invalid_request, outcome->error);
  }
  auto policy = decode_policy(outcome->review);
  if (policy) {
    policy->warnings = std::move(outcome->warnings);
    policy->admin_gid = outcome->admin_gid;
  }
  return policy;
}

Outcome<tl::expected<SourcedPolicy, Reply>> load_running(const Session& session) {
  std::string bytes, digest;
  std::uint64_t parts = 1;
  for (std::uint64_t number = 0; number < parts; ++number) {
    const Request request{"mgr", "policy", {{"part", std::to_string(number)}}, {}};
    auto reply = ask(session, request);
    if (!reply) return tl::unexpected(reply.error());
    if (!reply->success) return tl::unexpected(std::move(*reply));
    auto part = read_part(*reply);
    if (!part) return tl::unexpected(part.error());
    if (number == 0) {
      digest = part->digest;
      parts = part->parts;
    } else if (part->digest != digest || part->parts != parts) {
      return bad_reply("another policy came into force meanwhile; try again");
    }
    bytes += part->bytes;
  }
  return decode_policy(bytes).map(
      [](SourcedPolicy policy) -> tl::expected<SourcedPolicy, Reply> { return policy; });
}

}  // namespace mgr::client
