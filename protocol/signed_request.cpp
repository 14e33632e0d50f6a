// Broker, helper and clients; distrusts the fields and the line.
#include "protocol/signed_request.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "protocol/text.h"

namespace mgr {
namespace {

constexpr std::size_t most_time_digits = 12;
constexpr std::string_view signature_member = ",\"signature\":\"";
constexpr std::string_view signed_member = ",\"signed\":";
constexpr std::string_view line_end = "\"}\n";

bool is_hex(std::string_view value, std::size_t digits) {
  return value.size() == digits &&
         value.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// A decimal in its one spelling.
template <typename Number>
std::optional<Number> parse_decimal(std::string_view text) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || std::to_string(number) != text) return std::nullopt;
  return number;
}

tl::unexpected<Error> misformed(std::string detail) {
  return fail(ErrorCode::invalid_argument, std::move(detail));
}

// Puts the field where it belongs, if it is part of the proffer.
Result<void> take(const FieldView& field, Proffer& proffer) {
  const auto& [name, value] = field;
  if (name == "signature") {
    proffer.signature = value;
  } else if (name == "auth-key") {
    if (!is_name(value)) return misformed("auth-key is no key's id");
    proffer.key = value;
  } else if (name == "auth-to") {
    if (!is_hex(value, host_id_length)) return misformed("auth-to is 32 hex digits");
    proffer.to = value;
  } else if (name == "auth-nonce") {
    if (!is_hex(value, nonce_length)) return misformed("auth-nonce is 32 hex digits");
    proffer.nonce = value;
  } else if (name == "auth-body") {
    if (!is_hex(value, 64)) return misformed("auth-body is 64 hex digits");
    proffer.body = value;
  } else if (name == "auth-time") {
    const auto time = parse_decimal<std::int64_t>(value);
    if (!time || *time < 0 || value.size() > most_time_digits) {
      return misformed("auth-time is a time in Unix seconds");
    }
    proffer.time_s = *time;
  } else if (name.starts_with("auth-")) {
    return misformed(std::string(name) + " is not supported");
  }
  return {};
}

bool has(std::span<const FieldView> fields, std::string_view name) {
  return std::ranges::find(fields, name, &FieldView::name) != fields.end();
}

}  // namespace

bool is_signed(std::span<const FieldView> fields) {
  return std::ranges::any_of(
      fields, [](const FieldView& field) { return field.name.starts_with("auth-"); });
}

Result<Proffer> read_proffer(std::span<const FieldView> fields) {
  Proffer proffer;
  for (const FieldView& field : fields) {
    if (auto taken = take(field, proffer); !taken) return tl::unexpected(taken.error());
  }
  for (const std::string_view name :
       {"auth-key", "auth-to", "auth-time", "auth-nonce", "signature"}) {
    if (!has(fields, name)) return misformed("a signed request needs " + std::string(name));
  }
  if (has(fields, "mgr-body") != has(fields, "auth-body")) {
    return misformed("a signed request has auth-body where it has a body, and only there");
  }
  return proffer;
}

Result<void> check_freshness(const Proffer& proffer, std::string_view host_id, std::int64_t now_s) {
  if (proffer.to != host_id) return fail(ErrorCode::stale, "it is addressed to another host");
  if (proffer.time_s < now_s - signature_window_s || proffer.time_s > now_s + signature_window_s) {
    return fail(ErrorCode::stale, "its time is not this host's within 30 s");
  }
  return {};
}

std::string signed_text(std::span<const FieldView> fields) {
  // Sorted as the lines are, colon included: "a:" is before "a-b:".
  std::vector<std::string> lines;
  lines.reserve(fields.size());
  for (const auto& [name, value] : fields) {
    if (name == "signature") continue;
    std::string& line = lines.emplace_back();
    line.reserve(name.size() + value.size() + 2);
    line.append(name).append(1, ':').append(value).append(1, '\n');
  }
  std::ranges::sort(lines);
  std::string text = "mgr-request-v1\n";
  for (const std::string& line : lines) text += line;
  return text;
}

std::string signed_reply_text(std::string_view key, std::string_view nonce, std::string_view line) {
  std::string text = "mgr-reply-v1\n";
  return text.append(key).append(1, '\n').append(nonce).append(1, '\n').append(line);
}

std::string with_signature(std::string_view line, std::string_view signature) {
  if (!line.ends_with("}\n")) return std::string(line);
  std::string whole(line.substr(0, line.size() - 2));
  return whole.append(signature_member).append(signature).append(line_end);
}

std::optional<SignedLine> take_signature(std::string_view line) {
  // From the end, where what a job printed cannot reach.
  if (!line.ends_with(line_end)) return std::nullopt;
  const std::string_view inner = line.substr(0, line.size() - line_end.size());
  const std::size_t quote = inner.rfind('"');
  if (quote == std::string_view::npos) return std::nullopt;
  const std::string_view before = inner.substr(0, quote + 1);
  if (!before.ends_with(signature_member)) return std::nullopt;
  SignedLine taken;
  taken.signature = inner.substr(quote + 1);
  std::string_view rest = before.substr(0, before.size() - signature_member.size());
  const std::size_t digits = rest.find_last_not_of("0123456789") + 1;
  if (!rest.substr(0, digits).ends_with(signed_member)) {
    taken.line = std::string(rest) + "}\n";
    return taken;
  }
  const auto length = parse_decimal<std::size_t>(rest.substr(digits));
  if (!length || *length > digits) return std::nullopt;
  taken.is_whole = false;
  taken.line = std::string(rest.substr(0, *length)) + "}}\n";
  return taken;
}

}  // namespace mgr
