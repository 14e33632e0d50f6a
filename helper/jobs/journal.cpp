// Helper, root; distrusts the bytes of the file.
#include "helper/jobs/journal.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helper/jobs/record_file.h"
#include "protocol/wire.h"

namespace mgr {
namespace {

constexpr const char* name = "accepted";
constexpr off_t longest = 1 << 28;

}  // namespace

Result<Journal> Journal::open(int folder) {
  Journal journal(
      Descriptor(openat(folder, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600)));
  if (!journal.file_) return fail_errno(name);
  struct stat status {};
  if (fstat(journal.file_.get(), &status) != 0) return fail_errno(name);
  if (!S_ISREG(status.st_mode) || status.st_nlink != 1 || status.st_size > longest) {
    return fail(ErrorCode::failed, "accepted: not a file of mgr's");
  }
  journal.size_ = static_cast<std::size_t>(status.st_size);
  return journal;
}

Result<std::vector<JobSpec>> Journal::read() {
  std::string bytes(size_, '\0');
  if (pread(file_.get(), bytes.data(), size_, 0) != static_cast<ssize_t>(size_)) {
    return fail_errno(name);
  }
  std::vector<JobSpec> specs;
  Cursor cursor(bytes);
  size_ = 0;
  for (std::string_view record = cursor.text(); cursor.ok(); record = cursor.text()) {
    auto spec = decode_job_spec(record);
    if (!spec) break;
    specs.push_back(std::move(*spec));
    size_ = static_cast<std::size_t>(record.data() + record.size() - bytes.data());
  }
  return specs;
}

void Journal::put(std::string& records, std::string_view encoded_spec) {
  WireWriter(records).text(encoded_spec);
}

Result<void> Journal::append(std::string_view records) {
  if (size_ + records.size() > static_cast<std::size_t>(longest) / 2) {
    return fail(ErrorCode::busy, "too many jobs wait");
  }
  auto written = write_at(file_.get(), size_, records);
  if (written && fdatasync(file_.get()) != 0) written = fail_errno(name);
  if (written) {
    size_ += records.size();
  } else if (ftruncate(file_.get(), static_cast<off_t>(size_)) != 0) {
    return fail_errno(name);
  }
  return written;
}

Result<void> Journal::rewrite(int folder, std::string_view records) {
  if (syncfs(folder) != 0) return fail_errno("syncfs");
  if (records.empty()) {  // which takes no space
    if (ftruncate(file_.get(), 0) != 0 || fdatasync(file_.get()) != 0) return fail_errno(name);
    size_ = 0;
    return {};
  }
  if (auto replaced = replace_record(folder, name, records); !replaced) return replaced;
  auto opened = open(folder);
  if (!opened) return tl::unexpected(opened.error());
  *this = std::move(*opened);
  return {};
}

}  // namespace mgr
