// Helper (root) and mgr-job; distrusts the file that it reads.
#include "helper/jobs/record_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "helper/jobs/job_files.h"

namespace mgr {

Result<std::optional<std::string>> read_record(int folder, const char* name) {
  return read_records(folder, name, max_record_length);
}

Result<std::optional<std::string>> read_records(int folder, const char* name, std::size_t longest) {
  const Descriptor file(openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file && errno == ENOENT) return std::nullopt;
  if (!file) return fail_errno(name);
  struct stat status {};
  if (fstat(file.get(), &status) != 0) return fail_errno(name);
  if (!S_ISREG(status.st_mode)) {
    return fail(ErrorCode::failed, std::string(name) + ": not a regular file");
  }
  if (status.st_size < 0 || static_cast<std::uint64_t>(status.st_size) > longest) {
    return fail(ErrorCode::too_large, std::string(name) + ": too long");
  }
  std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
  const ssize_t length = pread(file.get(), bytes.data(), bytes.size(), 0);
  if (length < 0) return fail_errno(name);
  bytes.resize(static_cast<std::size_t>(length));
  return bytes;
}

bool is_plain_file(const Descriptor& file) {
  struct stat status {};
  return fstat(file.get(), &status) == 0 && S_ISREG(status.st_mode) && status.st_nlink == 1;
}

Result<void> write_at(int file, std::size_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t length = pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (length < 0 && errno == EINTR) continue;
    if (length < 0) return fail_errno("pwrite");
    bytes.remove_prefix(static_cast<std::size_t>(length));
    offset += static_cast<std::size_t>(length);
  }
  return {};
}

Result<void> write_whole(int file, std::string_view bytes) {
  auto written = write_at(file, 0, bytes);
  if (written && fdatasync(file) != 0) return fail_errno("fdatasync");
  return written;
}

Result<Descriptor> write_new_record(int folder, const char* name, std::string_view bytes) {
  Descriptor file(openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) return fail_errno(name);
  if (auto written = write_at(file.get(), 0, bytes); !written) {
    return tl::unexpected(written.error());
  }
  return file;
}

Result<void> sync_folder(int folder) {
  if (fsync(folder) != 0) return fail_errno("fsync of the folder");
  return {};
}

Result<void> replace_record(int folder, const char* name, std::string_view bytes) {
  const std::string beside = std::string(name) + ".new";
  if (unlinkat(folder, beside.c_str(), 0) != 0 && errno != ENOENT) return fail_errno(beside);
  const auto written = write_new_record(folder, beside.c_str(), bytes);
  if (!written || fdatasync(written->get()) != 0) {
    const auto failure = written ? fail_errno(name) : tl::unexpected(written.error());
    unlinkat(folder, beside.c_str(), 0);
    return failure;
  }
  if (renameat(folder, beside.c_str(), folder, name) != 0) return fail_errno(name);
  return sync_folder(folder);
}

}  // namespace mgr
