// Helper and mgr-configure (root), and mgrctl. Distrusts what is in the files: a machine went down
// in mid-write, or somebody has edited them.
#include "protocol/audit_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <memory>

#include "protocol/audit_key.h"
#include "protocol/audit_line.h"
#include "protocol/descriptor.h"

namespace mgr {
namespace {

constexpr std::string_view name_head = "audit-";
constexpr std::string_view name_tail = ".jsonl";
constexpr std::size_t seq_digits = 20;

bool is_rotated_name(std::string_view name) {
  if (name.size() != name_head.size() + seq_digits + name_tail.size()) return false;
  const std::string_view digits = name.substr(name_head.size(), seq_digits);
  return name.starts_with(name_head) && name.ends_with(name_tail) &&
         digits.find_first_not_of("0123456789") == digits.npos;
}

// The last bytes of a file, as many as the longest line has; none where there is no such file.
Result<std::string> read_tail(const std::string& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file && errno == ENOENT) return "";
  if (!file) return fail_errno(path);
  const off_t size = lseek(file.get(), 0, SEEK_END);
  const off_t begin = std::max<off_t>(0, size - static_cast<off_t>(longest_audit_line));
  std::string bytes(static_cast<std::size_t>(std::max<off_t>(0, size - begin)), '\0');
  const ssize_t count = pread(file.get(), bytes.data(), bytes.size(), begin);
  if (count < 0) return fail_errno(path);
  bytes.resize(static_cast<std::size_t>(count));
  return bytes;
}

// Every line behind the last whole one has taken a number, whatever is left of it.
AuditEnd end_of(std::string_view text) {
  AuditEnd end;
  end.open_line = text.back() != '\n';
  if (!end.open_line) text.remove_suffix(1);
  std::size_t damaged = 0;
  for (std::size_t line_end = text.size();;) {
    const std::size_t line_break = text.substr(0, line_end).rfind('\n');
    const std::size_t begin = line_break == text.npos ? 0 : line_break + 1;
    const auto line = parse_audit_line(text.substr(begin, line_end - begin));
    if (line || begin == 0) {
      end.torn = damaged + (line ? 0 : 1);
      end.seq = (line ? line->seq : 0) + end.torn;
      end.has_macs = line && !line->mac.empty();
      end.hash = audit_hash(text.substr(begin));
      return end;
    }
    ++damaged;
    line_end = line_break;
  }
}

}  // namespace

std::string rotated_audit_name(std::uint64_t first_seq) {
  const std::string digits = std::to_string(first_seq);
  return std::string(name_head) + std::string(seq_digits - digits.size(), '0') + digits +
         std::string(name_tail);
}

std::uint64_t rotated_audit_seq(std::string_view name) {
  std::uint64_t seq = 0;
  if (!is_rotated_name(name)) return seq;
  std::from_chars(name.data() + name_head.size(), name.data() + name_head.size() + seq_digits, seq);
  return seq;
}

std::vector<std::string> rotated_audit_names(const std::string& folder) {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, int (*)(DIR*)> opened(opendir(folder.c_str()), closedir);
  if (!opened) return names;
  while (const dirent* entry = readdir(opened.get())) {
    if (is_rotated_name(entry->d_name)) names.emplace_back(entry->d_name);
  }
  std::ranges::sort(names);
  return names;
}

Result<AuditEnd> find_audit_end(const std::string& folder) {
  std::vector<std::string> names = rotated_audit_names(folder);
  names.emplace_back(audit_file_name);
  // One that a rotation has only just made is empty, or not there yet, or its first line is torn.
  std::string text;
  AuditEnd end;
  end.hash.assign(audit_hash_length, '0');
  for (auto name = names.rbegin(); name != names.rend() && end.seq == end.torn; ++name) {
    auto tail = read_tail(folder + '/' + *name);
    if (!tail) return tl::unexpected(tail.error());
    text.insert(0, *tail);
    if (!text.empty()) end = end_of(text);
  }
  return end;
}

}  // namespace mgr
