// Helper (root) and mgrctl; pure. Distrusts the line.
#include "protocol/audit_line.h"

#include <algorithm>
#include <charconv>

#include "protocol/audit_key.h"

namespace mgr {
namespace {

constexpr std::string_view prev_key = ",\"prev\":\"";
constexpr std::string_view proof_key = ",\"proof\":\"";
constexpr std::string_view mac_key = ",\"mac\":\"";
constexpr std::string_view digits = "0123456789abcdef";

// Takes what must stand at the front of `rest`.
bool take(std::string_view& rest, std::string_view text) {
  if (!rest.starts_with(text)) return false;
  rest.remove_prefix(text.size());
  return true;
}

bool take_number(std::string_view& rest, std::uint64_t& number) {
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  const auto length = static_cast<std::size_t>(end - rest.data());
  if (error != std::errc() || (length > 1 && rest.front() == '0')) return false;
  rest.remove_prefix(length);
  return true;
}

// A string without an escape in it.
bool take_text(std::string_view& rest, std::string_view& text) {
  const std::size_t end = rest.find_first_of("\"\\");
  if (end == rest.npos || rest[end] != '"') return false;
  text = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return true;
}

// Takes `key` and a hash from the end, where they stand there.
std::string_view take_hash(std::string_view& rest, std::string_view key) {
  const std::size_t length = key.size() + audit_hash_length + 1;
  if (rest.size() < length) return {};
  const std::string_view end = rest.substr(rest.size() - length);
  const std::string_view hash = end.substr(key.size(), audit_hash_length);
  if (!end.starts_with(key) || end.back() != '"') return {};
  if (hash.find_first_not_of(digits) != hash.npos) return {};
  rest.remove_suffix(length);
  return hash;
}

}  // namespace

std::uint64_t AuditLine::first_number(std::string_view name) const {
  std::string_view rest = members;
  std::uint64_t number = 0;
  if (!take(rest, ",\"") || !take(rest, name) || !take(rest, "\":")) return 0;
  return take_number(rest, number) ? number : 0;
}

std::string_view AuditLine::proof() const {
  std::string_view rest = members;
  return take_hash(rest, proof_key);
}

std::uint64_t audit_seq_at_front(std::string_view text) {
  std::uint64_t seq = 0;
  const bool whole = take(text, "{\"seq\":") && take_number(text, seq) && text.starts_with(',');
  return whole && seq <= last_audit_seq ? seq : 0;
}

std::optional<AuditLine> parse_audit_line(std::string_view line) {
  AuditLine parsed;
  std::string_view rest = line;
  if (!rest.ends_with('}')) return std::nullopt;
  rest.remove_suffix(1);
  parsed.mac = take_hash(rest, mac_key);
  parsed.covered = rest;
  parsed.prev = take_hash(rest, prev_key);
  const bool has_form =
      !parsed.prev.empty() && take(rest, "{\"seq\":") && take_number(rest, parsed.seq) &&
      parsed.seq != 0 && parsed.seq <= last_audit_seq && take(rest, ",\"time\":\"") &&
      take_text(rest, parsed.time) && take(rest, ",\"event\":\"") && take_text(rest, parsed.event);
  if (!has_form || !(rest.empty() || rest.front() == ',')) return std::nullopt;
  parsed.members = rest;
  return parsed;
}

}  // namespace mgr
