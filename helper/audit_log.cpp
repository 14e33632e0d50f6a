// mgr-helper, root.
#include "helper/audit_log.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <new>

#include "helper/jobs/real_time.h"
#include "helper/jobs/record_file.h"
#include "protocol/audit_files.h"
#include "protocol/audit_line.h"
#include "protocol/json.h"
#include "protocol/utc_time.h"

namespace mgr {
namespace {

constexpr off_t reserve = 1 << 20;
constexpr std::size_t max_pending = 4 << 20;
constexpr std::size_t longest_members = longest_audit_line - 1024;

AuditKey* move_into_locked_memory(const AuditKey& key) {
  void* const memory = sodium_malloc(sizeof(AuditKey));
  return memory == nullptr ? nullptr : new (memory) AuditKey(key);
}

// The number of the first line of a file, which each that is torn has taken, too. Where those are
// so many that no whole one is seen behind them, `otherwise`.
std::uint64_t first_seq_of(int file, std::uint64_t otherwise) {
  std::array<char, 8192> front{};
  const ssize_t length = pread(file, front.data(), front.size(), 0);
  std::string_view rest(front.data(), length < 0 ? 0 : static_cast<std::size_t>(length));
  for (std::uint64_t torn = 0;; ++torn) {
    const std::uint64_t seq = audit_seq_at_front(rest);
    if (seq > torn) return seq - torn;
    const std::size_t end = rest.find('\n');
    if (end == rest.npos) return otherwise;
    rest.remove_prefix(end + 1);
  }
}

}  // namespace

void AuditLog::FreeKey::operator()(AuditKey* key) const {
  key->~AuditKey();
  sodium_free(key);
}

AuditLog::AuditLog(const Paths& paths, const AuditLimits& limits)
    : folder_(paths.log_folder()), journal_(paths.journal_socket()) {
  set_limits(limits);
}

Result<AuditLog> AuditLog::open(const Paths& paths, const AuditLimits& limits) {
  AuditLog log(paths, limits);
  if (auto opened = log.open_file(); !opened) return tl::unexpected(opened.error());
  const auto key = AuditKey::load(paths.audit_key_file());
  if (!key) return tl::unexpected(key.error());
  log.key_.reset(move_into_locked_memory(*key));
  log.unwritten_key_.reset(move_into_locked_memory(*key));
  log.key_file_ = Descriptor(
      ::open(paths.audit_key_file().c_str(), O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!log.key_ || !log.unwritten_key_ || !log.key_file_) return fail_errno(paths.audit_key_file());
  if (auto chain = log.take_up_chain(); !chain) return tl::unexpected(chain.error());
  return log;
}

Result<void> AuditLog::open_file() {
  const std::string path = folder_ + '/' + audit_file_name;
  file_ = Descriptor(::open(
      path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600));
  if (!file_) return fail_errno(path);
  struct stat status {};
  if (fstat(file_.get(), &status) != 0) return fail_errno(path);
  if (!S_ISREG(status.st_mode) || status.st_nlink != 1 || status.st_uid != geteuid() ||
      (status.st_mode & 022) != 0) {
    return fail(ErrorCode::failed, path + ": not a plain file that root alone can write");
  }
  size_ = status.st_size;
  return {};
}

Result<void> AuditLog::take_up_chain() {
  auto end = find_audit_end(folder_);
  if (!end) return tl::unexpected(end.error());
  last_seq_ = end->seq;
  last_hash_ = std::move(end->hash);
  first_seq_ = size_ == 0 ? last_seq_ + 1 : first_seq_of(file_.get(), last_seq_ + 1 - end->torn);
  if (end->open_line) pending_ = "\n";
  if (auto taken = take_up_key(end->torn); !taken) return taken;
  is_on_disk_ = false;  // who wrote the end of it may not have waited until it was
  return {};
}

Result<void> AuditLog::take_up_key(std::uint64_t torn) {
  const std::uint64_t log_ended = last_seq_;
  if (last_seq_ + 1 > key_->seq() + most_audit_key_steps) {
    return fail(ErrorCode::failed, "the key of the audit log is for line " +
                                       std::to_string(key_->seq()) + ", and the log is at " +
                                       std::to_string(last_seq_) +
                                       ": remove the key, and the next start makes one");
  }
  // What the key has passed was on disk: no crash has torn it, and nobody vouches for that.
  const std::uint64_t first_torn = log_ended - torn + 1;
  while (key_->seq() < first_torn) key_->advance();
  const std::string proof = key_->seq() == first_torn ? key_->loss_proof(last_hash_) : "";
  while (key_->seq() <= last_seq_) key_->advance();
  *unwritten_key_ = *key_;
  last_seq_ = key_->seq() - 1;
  if (last_seq_ > log_ended) {
    append(audit_event::gap, JsonWriter()
                                 .open_object()
                                 .member("log_ended", log_ended)
                                 .member("detail",
                                         "lines are missing before this one, or its key is "
                                         "not that of the lines before")
                                 .close_object()
                                 .text());
  } else if (torn > 0) {
    append_recovered(proof);
  }
  return {};
}

void AuditLog::append_recovered(const std::string& proof) {
  JsonWriter json;
  json.open_object().member("detail", proof.empty() ? "what was on disk before this line is damaged"
                                                    : "the line before this one was torn");
  if (!proof.empty()) json.member("proof", proof);
  append(audit_event::recovered, json.close_object().text());
}

std::uint64_t AuditLog::append(std::string_view event, std::string_view members) {
  if (members.size() > longest_members) members = R"({"detail":"too long for a line"})";
  JsonWriter json;
  json.open_object()
      .member("seq", last_seq_ + 1)
      .member("time", utc_time(real_time_us()))
      .member("event", event);
  if (members.size() > 2) json.raw(members.substr(1, members.size() - 2));
  json.member("prev", last_hash_);
  json.member("mac", key_->mac(json.text())).close_object();
  key_->advance();
  last_hash_ = audit_hash(json.text());
  pending_.append(json.text()) += '\n';
  return ++last_seq_;
}

bool AuditLog::has_reserve() {
  if (size_ + reserve <= reserved_to_) return true;
  const bool made = fallocate(file_.get(), FALLOC_FL_KEEP_SIZE, size_, 2 * reserve) == 0;
  if (!made && errno != EOPNOTSUPP) return false;
  reserved_to_ = size_ + 2 * reserve;
  return true;
}

Result<void> AuditLog::write_pending() {
  while (written_ < pending_.size()) {
    const ssize_t length =
        write(file_.get(), pending_.data() + written_, pending_.size() - written_);
    if (length < 0) {
      auto failure = fail_errno("writing the audit log");
      if (pending_.size() - written_ > max_pending) give_up();
      return failure;
    }
    written_ += static_cast<std::size_t>(length);
    size_ += length;
    is_on_disk_ = false;
  }
  *unwritten_key_ = *key_;
  journal_.send_all(pending_);
  pending_.clear();
  written_ = 0;
  return {};
}

Result<void> AuditLog::flush(bool durable) {
  if (auto written = write_pending(); !written) return written;
  if (auto synced = durable ? sync() : Result<void>(); !synced) return synced;
  if (static_cast<std::uint64_t>(size_) >= rotate_at_) rotate();
  return {};
}

Result<void> AuditLog::sync() {
  if (is_on_disk_) return {};
  if (fdatasync(file_.get()) != 0) return fail_errno("fdatasync of the audit log");
  is_on_disk_ = true;
  keep_key();
  return {};
}

// Where it cannot be written it stays behind the log, and the next time will do.
void AuditLog::keep_key() {
  AuditKeyText text;
  key_->write(text);
  if (write_at(key_file_.get(), 0, {text.data(), text.size()})) is_key_on_disk_ = false;
  sodium_memzero(text.data(), text.size());
}

void AuditLog::sync_key() {
  if (!is_key_on_disk_) is_key_on_disk_ = fdatasync(key_file_.get()) == 0;
}

// All but the line that is in the file in part. The next one takes the place in the chain of the
// first that is given up, and a number of its own.
void AuditLog::give_up() {
  const bool in_mid_line = written_ > 0 ? pending_[written_ - 1] != '\n' : pending_[0] == '\n';
  const std::size_t kept = in_mid_line ? pending_.find('\n', written_) + 1 : written_;
  const std::string_view rest = std::string_view(pending_).substr(kept);
  const auto first = parse_audit_line(rest.substr(0, rest.find('\n')));
  if (!first) return;
  const bool again = first->event == audit_event::given_up;
  const std::uint64_t from = again ? first->first_number("first") : first->seq;
  last_hash_ = first->prev;
  AuditKey lost = *unwritten_key_;
  while (lost.seq() < from) lost.advance();
  pending_.resize(kept);
  append(audit_event::given_up, JsonWriter()
                                    .open_object()
                                    .member("first", from)
                                    .member("last", last_seq_)
                                    .member("proof", lost.loss_proof(last_hash_))
                                    .close_object()
                                    .text());
}

void AuditLog::set_limits(const AuditLimits& limits) {
  limits_ = limits;
  rotate_at_ = limits.rotate_size;
  journal_.turn(limits.journal);
}

}  // namespace mgr
