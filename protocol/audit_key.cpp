// Helper and mgr-configure (root), and mgrctl. Distrusts the text of a key.
#include "protocol/audit_key.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "protocol/descriptor.h"

namespace mgr {
namespace {

constexpr std::string_view head = "mgr-audit-key-v1 ";
constexpr std::size_t seq_digits = 20;
constexpr std::size_t key_at = head.size() + seq_digits + 1;
constexpr std::size_t check_at = key_at + 2 * audit_key_length + 1;
constexpr std::size_t check_digits = 16;
constexpr std::array<unsigned char, crypto_generichash_blake2b_PERSONALBYTES> next_key{
    'm', 'g', 'r', '-', 'a', 'u', 'd', 'i', 't', '-', 'n', 'e', 'x', 't', 'v', '1'};

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string hash_hex(std::string_view text, const unsigned char* key, std::size_t key_length) {
  std::array<unsigned char, crypto_generichash_BYTES> hash{};
  crypto_generichash(hash.data(), hash.size(), bytes_of(text), text.size(), key, key_length);
  std::array<char, audit_hash_length + 1> hex{};
  sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
  return {hex.data(), audit_hash_length};
}

// What is before it must be of its form, too: a text that is written again is the same one.
bool has_check(std::string_view text) {
  return text.substr(check_at, check_digits) ==
         audit_hash(text.substr(0, check_at - 1)).substr(0, check_digits);
}

}  // namespace

std::string audit_hash(std::string_view text) { return hash_hex(text, nullptr, 0); }

AuditKey::AuditKey(std::uint64_t seq, const unsigned char* bytes) : seq_(seq), bytes_() {
  std::copy_n(bytes, bytes_.size(), bytes_.begin());
}

AuditKey::~AuditKey() { sodium_memzero(bytes_.data(), bytes_.size()); }

AuditKey AuditKey::random(std::uint64_t seq) {
  std::array<unsigned char, audit_key_length> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  AuditKey key(seq, bytes.data());
  sodium_memzero(bytes.data(), bytes.size());
  return key;
}

std::optional<AuditKey> AuditKey::parse(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.size() != audit_key_text_length - 1 || !text.starts_with(head)) return std::nullopt;
  if (text[key_at - 1] != ' ' || text[check_at - 1] != ' ' || !has_check(text)) return std::nullopt;
  const char* const digits = text.data() + head.size();
  std::uint64_t seq = 0;
  const auto [end, error] = std::from_chars(digits, digits + seq_digits, seq);
  if (error != std::errc() || end != digits + seq_digits) return std::nullopt;
  if (seq == 0 || seq > last_audit_seq) return std::nullopt;
  AuditKey key(seq, std::array<unsigned char, audit_key_length>{}.data());
  std::size_t decoded = 0;
  const int bad = sodium_hex2bin(key.bytes_.data(), key.bytes_.size(), text.data() + key_at,
                                 2 * audit_key_length, nullptr, &decoded, nullptr);
  if (bad != 0 || decoded != audit_key_length) return std::nullopt;
  return key;
}

Result<AuditKey> AuditKey::load(const std::string& path) {
  const Descriptor file(
      ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
  if (!file) return fail_errno(path);
  struct stat status {};
  if (fstat(file.get(), &status) != 0) return fail_errno(path);
  if (!S_ISREG(status.st_mode) || status.st_uid != geteuid() || (status.st_mode & 077) != 0) {
    return fail(ErrorCode::failed, path + ": a secret's file is its owner's alone (mode 0600)");
  }
  std::array<char, audit_key_text_length + 1> text{};
  const ssize_t length = ::read(file.get(), text.data(), text.size());
  const auto key = parse({text.data(), static_cast<std::size_t>(std::max<ssize_t>(length, 0))});
  sodium_memzero(text.data(), text.size());
  if (!key) return fail(ErrorCode::failed, path + ": not a key of the audit log");
  return *key;
}

std::string AuditKey::mac(std::string_view text) const {
  return hash_hex(text, bytes_.data(), bytes_.size());
}

// No line begins so.
std::string AuditKey::loss_proof(std::string_view prev) const {
  return mac(std::string("lost after ").append(prev));
}

void AuditKey::advance() {
  std::array<unsigned char, audit_key_length> next{};
  crypto_generichash_blake2b_salt_personal(next.data(), next.size(), bytes_.data(), bytes_.size(),
                                           nullptr, 0, nullptr, next_key.data());
  bytes_ = next;
  sodium_memzero(next.data(), next.size());
  ++seq_;
}

void AuditKey::write(AuditKeyText& text) const {
  std::ranges::fill(text, '0');
  std::ranges::copy(head, text.begin());
  std::array<char, seq_digits> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), seq_);
  std::copy(digits.data(), end, text.data() + key_at - 1 - (end - digits.data()));
  text[key_at - 1] = ' ';
  // Its NUL is written over by the space, and that of the check by the line feed.
  sodium_bin2hex(text.data() + key_at, 2 * audit_key_length + 1, bytes_.data(), bytes_.size());
  text[check_at - 1] = ' ';
  const std::string check = audit_hash({text.data(), check_at - 1});
  std::copy_n(check.data(), check_digits, text.data() + check_at);
  text.back() = '\n';
}

}  // namespace mgr
