// mgr-helper, root. Distrusts what is in the file.
#include "helper/nonces.h"

#include <fcntl.h>
#include <unistd.h>

#include "helper/jobs/record_file.h"

namespace mgr {
namespace {

constexpr const char* name = "nonces";
constexpr std::size_t longest = 1 << 28;
// What it may grow by before it is written anew, beside its own size.
constexpr std::size_t slack = 256 << 10;

Descriptor open_file(int folder) {
  return Descriptor(openat(folder, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC));
}

bool is_of_this_boot(const NonceHead& head, const std::string& boot_id) {
  return head.boot_id == boot_id && boot_id != NonceHead().boot_id;
}

}  // namespace

Result<Nonces> Nonces::open(const Paths& paths, std::string boot_id, const Clocks& now,
                            bool accept_clock) {
  const std::string folder = paths.state_folder();
  Nonces nonces(Descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)));
  if (!nonces.folder_) return fail_errno(folder);
  const auto bytes = read_records(nonces.folder_.get(), name, longest);
  if (!bytes) return fail(ErrorCode::failed, folder + '/' + bytes.error().detail);
  NonceFile file = read_nonce_file(bytes->value_or(""));
  NonceHead head = file.head.value_or(NonceHead());
  boot_id.resize(boot_id_length, '-');  // where there is none
  const bool same_boot = is_of_this_boot(head, boot_id);
  if (!same_boot) head.lost_at = -1;  // in another boot's time
  if (!file.whole || !(same_boot || head.closed)) NonceTable::distrust(head, now);
  if (accept_clock) {
    head.floor = 0;
    head.latest = now.real_s;
    NonceTable::distrust(head, now);
  }
  head.boot_id = boot_id;
  head.closed = false;
  nonces.table_ = NonceTable(std::move(head));
  for (NonceRecord& record : file.records) {
    if (accept_clock) record.at = 0;
    nonces.table_.add(record);
  }
  if (file.whole && !accept_clock) {
    nonces.use(open_file(nonces.folder_.get()), (*bytes)->size());
    if (nonces.mark(nonces.table_.head())) return nonces;
    nonces.file_.reset();
  }
  const auto written = nonces.rewrite();
  if (!written && accept_clock) return tl::unexpected(written.error());
  return nonces;
}

Result<void> Nonces::record(std::string_view key, std::string_view nonce, std::int64_t time_s,
                            const Clocks& now) {
  const NonceRecord record{std::string(key), nonce_of(nonce), time_s, now.real_s};
  auto is_new = table_.check(key, record.nonce, time_s, now);
  bool wants_rewrite = !file_ || size_ >= rewrite_at_;
  if (!is_new && is_new.error().code == ErrorCode::busy && table_.advance(now)) {
    wants_rewrite = true;  // what was dropped by this clock stays stale by it
    is_new = table_.check(key, record.nonce, time_s, now);
  }
  if (!is_new) return is_new;
  if (wants_rewrite) {
    if (auto rewritten = rewrite(); !rewritten && !file_) return rewritten;
  }
  const std::string bytes = to_bytes(record);
  if (auto written = write_at(file_.get(), size_, bytes); !written) {
    if (ftruncate(file_.get(), static_cast<off_t>(size_)) != 0) file_.reset();
    return fail(ErrorCode::failed, "its nonce cannot be kept: " + written.error().detail);
  }
  size_ += bytes.size();
  table_.add(record);
  return {};
}

Result<void> Nonces::close(const Clocks& now) {
  NonceHead head = table_.head();
  head.floor = table_.floor_at(now);
  head.closed = true;
  return mark(head);
}

// The space that it may grow into is set aside: a full disk must not keep an admin from stopping
// what fills it.
void Nonces::use(Descriptor file, std::size_t size) {
  file_ = std::move(file);
  size_ = size;
  rewrite_at_ = 2 * size + slack;
  static_cast<void>(
      fallocate(file_.get(), FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(rewrite_at_)));
}

Result<void> Nonces::mark(const NonceHead& head) {
  const std::string bytes = to_bytes(head);
  if (auto written = write_at(file_.get(), 0, bytes); !written) return written;
  if (fsync(file_.get()) != 0) return fail_errno(name);
  return {};
}

Result<void> Nonces::rewrite() {
  const std::string bytes = table_.to_bytes();
  if (auto replaced = replace_record(folder_.get(), name, bytes); !replaced) {
    return fail(ErrorCode::failed, "its nonce cannot be kept: " + replaced.error().detail);
  }
  use(open_file(folder_.get()), bytes.size());
  return {};
}

}  // namespace mgr
