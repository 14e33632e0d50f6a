// mgrctl, with the caller's own uid. Distrusts what is in the files.
#include "client/audit/audit_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "protocol/audit_files.h"

namespace mgr::client {
namespace {

constexpr std::size_t piece = 256 << 10;

tl::unexpected<Failure> cannot_read(const std::string& path) {
  return failed(Failure::Kind::invalid_request, path + ": " + std::strerror(errno));
}

bool is_same(int one, const std::string& path) {
  struct stat status {
  }, other{};
  return fstat(one, &status) == 0 && stat(path.c_str(), &other) == 0 &&
         status.st_ino == other.st_ino && status.st_dev == other.st_dev;
}

}  // namespace

bool LineReader::fill() {
  buffer_.erase(0, begin_);
  searched_ -= begin_;
  begin_ = 0;
  const std::size_t kept = buffer_.size();
  buffer_.resize(kept + piece);
  const ssize_t length = ::read(file_, buffer_.data() + kept, piece);
  has_failed_ = length < 0;
  buffer_.resize(kept + static_cast<std::size_t>(length < 0 ? 0 : length));
  return length > 0;
}

bool LineReader::next(std::string_view& line) {
  for (;;) {
    const std::size_t end = buffer_.find('\n', searched_);
    if (end != buffer_.npos) {
      line = std::string_view(buffer_).substr(begin_, end - begin_);
      begin_ = searched_ = end + 1;
      line = line.substr(0, longest_audit_line + 1);
      return true;
    }
    searched_ = buffer_.size();
    // Of what is too long to be a line, the rest is not kept.
    if (searched_ - begin_ > longest_audit_line + piece) {
      buffer_.resize(begin_ + longest_audit_line + 1);
      searched_ = buffer_.size();
    }
    if (!fill()) return false;
  }
}

Outcome<off_t> find_last_lines(int file, std::size_t& wanted) {
  std::string bytes(piece, '\0');
  std::size_t seen = 0;
  for (off_t end = lseek(file, 0, SEEK_END); end > 0;) {
    const off_t begin = std::max<off_t>(0, end - static_cast<off_t>(piece));
    const ssize_t length = pread(file, bytes.data(), static_cast<std::size_t>(end - begin), begin);
    if (length < 0) return cannot_read("the log");
    std::string_view rest(bytes.data(), static_cast<std::size_t>(length));
    for (std::size_t at = rest.rfind('\n'); at != rest.npos; at = rest.rfind('\n')) {
      if (seen++ == wanted) {
        wanted = 0;
        return begin + static_cast<off_t>(at) + 1;
      }
      rest = rest.substr(0, at);
    }
    end = begin;
  }
  wanted -= seen;
  return 0;
}

Outcome<Descriptor> open_to_read(const std::string& path) {
  Descriptor file(path == "-" ? dup(STDIN_FILENO)
                              : ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!file) return cannot_read(path);
  return file;
}

Outcome<AuditFiles> AuditFiles::of_log(const Paths& paths) {
  AuditFiles files;
  const std::string folder = paths.log_folder();
  auto current = open_to_read(paths.audit_file());
  const int error = errno;
  for (const std::string& name : rotated_audit_names(folder)) {
    const std::string path = folder + '/' + name;
    if (!current || !is_same(current->get(), path)) files.names_.push_back(path);
  }
  if (current) {
    files.names_.push_back(paths.audit_file());
    files.current_ = std::move(*current);
  } else if (error != ENOENT || files.names_.empty()) {
    return tl::unexpected(current.error());
  }
  return files;
}

AuditFiles AuditFiles::of(std::vector<std::string> names) {
  AuditFiles files;
  files.names_ = std::move(names);
  return files;
}

Outcome<Descriptor> AuditFiles::open(std::size_t index) {
  if (current_ && index + 1 == names_.size()) return std::move(current_);
  return open_to_read(names_.at(index));
}

}  // namespace mgr::client
