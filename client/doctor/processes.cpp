// mgrctl, with the caller's own uid.
#include "client/doctor/processes.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <climits>
#include <memory>

#include "protocol/descriptor.h"
#include "protocol/paths.h"

namespace mgr::client {
namespace {

constexpr std::size_t longest_command_line = 64 << 10;

// What stands behind "Name:" in a status file, without the blanks around it.
std::string_view member(std::string_view status, std::string_view name) {
  while (!status.empty()) {
    std::string_view line = status.substr(0, status.find('\n'));
    status.remove_prefix(std::min(line.size() + 1, status.size()));
    if (!line.starts_with(name) || !line.substr(name.size()).starts_with(':')) continue;
    line.remove_prefix(name.size() + 1);
    const auto begin = line.find_first_not_of(" \t");
    return begin == std::string_view::npos ? std::string_view() : line.substr(begin);
  }
  return {};
}

std::uint64_t number(std::string_view text, int base = 10) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, base);
  return value;
}

std::vector<uid_t> uids_of(std::string_view text) {
  std::vector<uid_t> uids;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(" \t"), text.size());
    if (end > 0) uids.push_back(static_cast<uid_t>(number(text.substr(0, end))));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return uids;
}

// The value of --root among the words of a command line, each ended by a NUL.
std::string root_of(std::string_view words) {
  std::string root;
  bool is_next = false;
  while (!words.empty()) {
    const std::string_view word = words.substr(0, words.find('\0'));
    words.remove_prefix(std::min(word.size() + 1, words.size()));
    if (is_next) root = word;
    if (word.starts_with("--root=")) root = word.substr(7);
    is_next = word == "--root";
  }
  return Paths(root).root;
}

std::optional<std::string> program_of(const std::string& folder) {
  std::array<char, PATH_MAX> target{};
  const ssize_t length = ::readlink((folder + "/exe").c_str(), target.data(), target.size());
  if (length <= 0) return std::nullopt;
  return std::string(target.data(), static_cast<std::size_t>(length));
}

}  // namespace

bool Process::has_only(uid_t uid) const {
  return !uids.empty() && std::ranges::all_of(uids, [uid](uid_t each) { return each == uid; });
}

std::string read_kernel_file(const std::string& path, std::size_t most) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text;
  std::array<char, 4096> piece{};
  while (file && text.size() < most) {
    const ssize_t length =
        ::read(file.get(), piece.data(), std::min(piece.size(), most - text.size()));
    if (length <= 0) break;
    text.append(piece.data(), static_cast<std::size_t>(length));
  }
  return text;
}

std::optional<Process> read_process(const std::string& folder) {
  const std::string status = read_kernel_file(folder + "/status");
  if (status.empty()) return std::nullopt;
  Process process;
  process.pid = static_cast<pid_t>(number(member(status, "Pid")));
  process.name = member(status, "Name");
  process.uids = uids_of(member(status, "Uid"));
  process.effective = number(member(status, "CapEff"), 16);
  process.permitted = number(member(status, "CapPrm"), 16);
  process.bounding = number(member(status, "CapBnd"), 16);
  process.no_new_privileges = member(status, "NoNewPrivs") == "1";
  process.seccomp = static_cast<unsigned>(number(member(status, "Seccomp")));
  process.filters = number(member(status, "Seccomp_filters"));
  process.exe = program_of(folder);
  return process;
}

std::string root_given_to(const std::string& folder) {
  return root_of(read_kernel_file(folder + "/cmdline", longest_command_line));
}

std::vector<Process> find_processes(const std::string& proc, std::string_view name) {
  std::vector<Process> found;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(proc.c_str()), ::closedir);
  while (const dirent* entry = folder ? ::readdir(folder.get()) : nullptr) {
    const std::string_view pid = entry->d_name;
    if (pid.find_first_not_of("0123456789") != std::string_view::npos) continue;
    auto process = read_process(proc + '/' + entry->d_name);
    if (process && process->name == name) found.push_back(std::move(*process));
  }
  std::ranges::sort(found, {}, &Process::pid);
  return found;
}

}  // namespace mgr::client
