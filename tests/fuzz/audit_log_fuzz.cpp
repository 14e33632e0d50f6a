// Fuzz target: what reads the audit log. The bytes as a log, fed line by line to the verifier as
// mgrctl does it, with a key and a head; and as the text of a key. Nothing that is made up passes
// for a log under a key that its maker has not (the corpus is made with that of zeros), and a key
// that is read, written again, must be the same bytes.
#include <sodium.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "client/audit/audit_verifier.h"

namespace {

using namespace mgr;

void check_key(std::string_view text) {
  const auto key = AuditKey::parse(text);
  if (!key) return;
  AuditKeyText again;
  key->write(again);
  if (!std::string_view(again.data(), again.size()).starts_with(text)) std::abort();
}

void check_line(std::string_view text) {
  const auto line = parse_audit_line(text);
  if (!line) return;
  if (line->prev.size() != audit_hash_length || !text.starts_with(line->covered)) std::abort();
  if (line->seq != audit_seq_at_front(text)) std::abort();
}

// A key is taken forward to whatever number it may be: not here.
bool has_far_number(std::string_view text) {
  for (std::size_t end = 0; end != text.npos; text.remove_prefix(end == text.npos ? 0 : end + 1)) {
    end = text.find('\n');
    if (audit_seq_at_front(text.substr(0, end)) > 1000) return true;
  }
  return false;
}

client::AuditFindings verify(std::string_view text, std::vector<AuditKey> keys,
                             std::optional<client::AuditHead> head) {
  client::AuditVerifier verifier(std::move(keys), std::move(head), true);
  client::AuditFindings findings;
  client::AuditPlace place;
  for (std::size_t end = 0; (end = text.find('\n')) != text.npos; text.remove_prefix(end + 1)) {
    ++place.line;
    check_line(text.substr(0, end));
    verifier.take(text.substr(0, end), place, findings);
  }
  if (!text.empty()) verifier.take(text, place, findings);
  verifier.finish(!text.empty(), findings);
  return findings;
}

void check_log(std::string_view text) {
  const auto made_up = [](const auto& finding) { return !finding.is_note(); };
  const client::AuditHead head{1, std::string(audit_hash_length, '0')};
  if (std::ranges::none_of(verify(text, {}, head), made_up)) std::abort();
  if (has_far_number(text)) return;
  const std::array<unsigned char, audit_key_length> zeros{};
  static_cast<void>(verify(text, {AuditKey(1, zeros.data())}, {}));
  static const AuditKey secret = AuditKey::random(1);
  if (std::ranges::none_of(verify(text, {secret}, {}), made_up)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool is_ready = sodium_init() >= 0;
  if (!is_ready) std::abort();
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check_key(bytes);
  check_log(bytes);
  return 0;
}
