// mgr-job, root and then user mgr-job.
#include "helper/jobs/mgr-job/output_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "helper/jobs/job_files.h"
#include "helper/jobs/real_time.h"

namespace mgr {
namespace {

// O_NONBLOCK: what is no regular file must not make this wait.
Descriptor open_empty(int folder, const char* name) {
  Descriptor file(
      openat(folder, name, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600));
  struct stat status {};
  if (file && (fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode))) {
    errno = EINVAL;
    return {};
  }
  return file;
}

// Where bytes that do not fit are cut: before a character that would be torn, if that leaves any.
std::size_t cut_length(std::string_view bytes, std::size_t room) {
  if (bytes.size() <= room) return bytes.size();
  const std::size_t torn = unfinished_character(bytes.substr(0, room));
  return torn < room ? room - torn : room;
}

}  // namespace

Result<OutputFiles> OutputFiles::open(int folder, std::uint64_t limit) {
  OutputFiles output;
  for (std::size_t i = 0; i < output.files_.size(); ++i) {
    File& file = output.files_[i];
    file.descriptor = open_empty(folder, output_file_names[i]);
    if (!file.descriptor) return fail_errno(output_file_names[i]);
    file.share = i == 0 ? limit / 2 : limit / 4;
  }
  return output;
}

void OutputFiles::keep(OutputStream stream, std::string_view bytes) {
  const std::int64_t now = real_time_us();
  while (!bytes.empty()) {
    const std::size_t length = make_room(bytes);
    if (length == 0) break;
    append({position_, now, stream, bytes.substr(0, length)});
    position_ += length;
    bytes.remove_prefix(length);
  }
  position_ += bytes.size();
}

std::size_t OutputFiles::make_room(std::string_view bytes) {
  for (std::size_t turns = 0; turns < files_.size(); ++turns) {
    const File& file = files_[current_];
    const std::uint64_t room = file.share - file.used;
    if (room > output_header_length) {
      return cut_length(bytes,
                        std::min<std::uint64_t>(room - output_header_length, max_output_bytes));
    }
    File& next = files_[current_ = current_ == 1 ? 2 : 1];
    if (ftruncate(next.descriptor.get(), 0) == 0) next.used = 0;
  }
  return 0;
}

void OutputFiles::append(const OutputRecord& record) {
  File& file = files_[current_];
  record_.clear();
  append_output_record(record_, record);
  const auto end = static_cast<off_t>(file.used);
  const ssize_t written = pwrite(file.descriptor.get(), record_.data(), record_.size(), end);
  if (written == static_cast<ssize_t>(record_.size())) {
    file.used += record_.size();
  } else {
    (void)!ftruncate(file.descriptor.get(),
                     end);  // no half record; making it shorter needs no room
  }
}

}  // namespace mgr
