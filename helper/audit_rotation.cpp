// mgr-helper, root: a successor for a file of the audit log that is long enough. Of each step it is
// true that a helper which starts after it finds the whole chain (find_audit_end).
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "helper/audit_log.h"
#include "helper/jobs/record_file.h"
#include "protocol/audit_files.h"
#include "protocol/audit_line.h"
#include "protocol/json.h"

namespace mgr {
namespace {

constexpr const char* next_name = "audit.jsonl.new";
constexpr off_t reserve = 2 << 20;

// With space set aside: on a full disk the old file, which has some, goes on.
Result<Descriptor> make_next_file(int folder) {
  unlinkat(folder, next_name, 0);
  Descriptor next(openat(folder, next_name,
                         O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!next) return fail_errno(next_name);
  if (fallocate(next.get(), FALLOC_FL_KEEP_SIZE, 0, reserve) != 0 && errno != EOPNOTSUPP) {
    return fail_errno(next_name);
  }
  return next;
}

}  // namespace

Result<void> AuditLog::begin_next_file() {
  const Descriptor folder(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return fail_errno(folder_);
  auto next = make_next_file(folder.get());
  if (!next) {
    unlinkat(folder.get(), next_name, 0);
    return tl::unexpected(next.error());
  }
  const std::string name = rotated_audit_name(first_seq_);
  if (renameat2(folder.get(), audit_file_name, folder.get(), name.c_str(), RENAME_NOREPLACE) != 0) {
    return fail_errno(name);
  }
  if (renameat(folder.get(), next_name, folder.get(), audit_file_name) != 0) {
    return fail_errno(audit_file_name);
  }
  (void)!ftruncate(file_.get(), size_);  // gives back what was set aside
  file_ = std::move(*next);
  size_ = 0;
  reserved_to_ = reserve;
  first_seq_ = last_seq_ + 1;
  return sync_folder(folder.get());
}

// Where it cannot be done the file goes on, and so long again before it is tried again.
void AuditLog::rotate() {
  rotate_at_ += limits_.rotate_size;
  if (!sync()) return;
  if (const auto begun = begin_next_file(); !begun) {
    JsonWriter json;
    json.open_object().member("detail", begun.error().detail).close_object();
    append("audit_not_rotated", json.text());
    return;
  }
  rotate_at_ = limits_.rotate_size;
  remove_oldest();
}

// The line is on disk before the file goes.
void AuditLog::remove_oldest() {
  const auto names = rotated_audit_names(folder_);
  if (names.size() <= limits_.keep) return;
  const std::size_t count = names.size() - limits_.keep;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t before =
        i + 1 < names.size() ? rotated_audit_seq(names[i + 1]) : first_seq_;
    JsonWriter json;
    json.open_object().member("before", before).member("file", names[i]).close_object();
    append(audit_event::removed, json.text());
  }
  if (!write_pending() || !sync()) return;
  for (std::size_t i = 0; i < count; ++i) unlink((folder_ + '/' + names[i]).c_str());
}

}  // namespace mgr
