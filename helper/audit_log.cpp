// mgr-helper, root.
#include "helper/audit_log.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>

#include "helper/jobs/real_time.h"
#include "protocol/json.h"
#include "protocol/utc_time.h"

namespace mgr {
namespace {

constexpr std::string_view seq_key = "{\"seq\":";
constexpr off_t reserve = 1 << 20;
constexpr std::size_t max_pending = 4 << 20;
constexpr off_t tail_length = 1 << 20;  // longer than the longest line

std::string hash_of(std::string_view line) {
  std::array<unsigned char, crypto_generichash_BYTES> hash{};
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(line.data()),
                     line.size(), nullptr, 0);
  std::array<char, crypto_generichash_BYTES * 2 + 1> hex{};
  sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
  return hex.data();
}

// The number behind `key` in a line that append() wrote; 0 where there is none.
std::uint64_t number_behind(std::string_view line, std::string_view key) {
  const std::size_t at = line.find(key);
  std::uint64_t number = 0;
  if (at != std::string_view::npos) {
    std::from_chars(line.data() + at + key.size(), line.data() + line.size(), number);
  }
  return number;
}

Result<std::string> read_at(int file, off_t offset, std::size_t length) {
  std::string bytes(length, '\0');
  const ssize_t count = pread(file, bytes.data(), length, offset);
  if (count < 0) return fail_errno("reading the audit log");
  bytes.resize(static_cast<std::size_t>(count));
  return bytes;
}

}  // namespace

Result<AuditLog> AuditLog::open(const std::string& path) {
  Descriptor file(::open(path.c_str(),
                         O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600));
  if (!file) return fail_errno(path);
  struct stat status {};
  if (fstat(file.get(), &status) != 0) return fail_errno(path);
  if (!S_ISREG(status.st_mode) || status.st_uid != geteuid() || (status.st_mode & 022) != 0) {
    return fail(ErrorCode::failed, path + ": not a plain file that root alone can write");
  }
  AuditLog log(std::move(file));
  if (auto chain = log.take_up_chain(); !chain) return tl::unexpected(chain.error());
  return log;
}

Result<void> AuditLog::take_up_chain() {
  const off_t size = size_ = lseek(file_.get(), 0, SEEK_END);
  last_hash_ = std::string(crypto_generichash_BYTES * 2, '0');
  if (size <= 0) return {};
  const off_t begin = std::max<off_t>(0, size - tail_length);
  auto tail = read_at(file_.get(), begin, static_cast<std::size_t>(size - begin));
  if (!tail) return tl::unexpected(tail.error());
  const bool torn = tail->back() != '\n';
  if (!torn) tail->pop_back();
  const std::size_t last_break = tail->rfind('\n');
  const std::string_view before =
      std::string_view(*tail).substr(0, std::min(last_break, tail->size()));
  const std::string_view last = std::string_view(*tail).substr(last_break + 1);  // npos + 1 is 0
  last_hash_ = hash_of(last);
  last_seq_ = number_behind(last, seq_key);
  if (!torn) return {};
  // A torn line may have lost its number, which follows that of the line before it.
  pending_ = "\n";
  last_seq_ = number_behind(before.substr(before.rfind('\n') + 1), seq_key) + 1;
  append("recovered", R"({"detail":"the line before this one was torn"})");
  return {};
}

std::uint64_t AuditLog::append(std::string_view event, std::string_view members) {
  JsonWriter json;
  json.open_object()
      .member("seq", last_seq_ + 1)
      .member("time", utc_time(real_time_us()))
      .member("event", event);
  if (members.size() > 2) json.raw(members.substr(1, members.size() - 2));
  json.member("prev", last_hash_).close_object();
  last_hash_ = hash_of(json.text());
  pending_ += json.take() + '\n';
  return ++last_seq_;
}

bool AuditLog::has_reserve() {
  if (size_ + reserve <= reserved_to_) return true;
  const bool made = fallocate(file_.get(), FALLOC_FL_KEEP_SIZE, size_, 2 * reserve) == 0;
  if (!made && errno != EOPNOTSUPP) return false;
  reserved_to_ = size_ + 2 * reserve;
  return true;
}

Result<void> AuditLog::flush(bool durable) {
  std::string_view rest = pending_;
  while (!rest.empty()) {
    const ssize_t written = write(file_.get(), rest.data(), rest.size());
    if (written < 0) break;
    rest.remove_prefix(static_cast<std::size_t>(written));
    size_ += written;
  }
  pending_.erase(0, pending_.size() - rest.size());
  if (!pending_.empty()) {
    auto failure = fail_errno("writing the audit log");
    if (pending_.size() > max_pending) pending_.clear();  // the gap shows in the chain
    return failure;
  }
  if (durable && fdatasync(file_.get()) != 0) return fail_errno("fdatasync of the audit log");
  return {};
}

}  // namespace mgr
