// mgrctl, with the caller's own uid.
#include "client/review/policy_texts.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "protocol/descriptor.h"

namespace mgr::client {
namespace {

constexpr std::size_t most_bytes = 1 << 20;  // as mgr-configure has it

std::optional<std::string> read_file(const std::string& path) {
  const Descriptor file(
      ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  struct stat info {};
  if (!file || ::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) return std::nullopt;
  std::string text(most_bytes + 1, '\0');
  std::size_t length = 0;
  while (length < text.size()) {
    const ssize_t got = ::read(file.get(), text.data() + length, text.size() - length);
    if (got < 0) return std::nullopt;
    if (got == 0) break;
    length += static_cast<std::size_t>(got);
  }
  if (length > most_bytes) return std::nullopt;
  return text.substr(0, length);  // which takes no more room than it needs: there may be many
}

std::vector<std::string> files_of(const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name.ends_with(".toml") && !name.starts_with('.')) paths.push_back(folder + '/' + name);
  }
  std::ranges::sort(paths);
  return paths;
}

}  // namespace

std::vector<PolicyText> read_policy_texts(const std::string& folder) {
  const std::string front = folder.ends_with('/') ? folder : folder + '/';
  std::vector<std::string> paths{front + "policy.toml"};
  for (const char* part : {"keys.d", "rules.d", "modules.d"}) {
    const auto more = files_of(front + part);
    paths.insert(paths.end(), more.begin(), more.end());
  }
  std::vector<PolicyText> texts;
  for (const std::string& path : paths) {
    if (auto text = read_file(path)) texts.push_back({path, std::move(*text)});
  }
  return texts;
}

}  // namespace mgr::client
