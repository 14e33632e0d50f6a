// mgrctl, with the caller's own uid; a uid may be any number that the daemon sent.
#include "client/users.h"

#include <pwd.h>

#include <charconv>
#include <limits>
#include <map>

namespace mgr::client {
namespace {

constexpr std::size_t most_names = 1000;

}  // namespace

std::optional<std::uint64_t> find_uid(const std::string& name_or_uid) {
  const char* const end = name_or_uid.data() + name_or_uid.size();
  std::uint64_t number = 0;
  const auto read = std::from_chars(name_or_uid.data(), end, number);
  if (read.ec == std::errc() && read.ptr == end) {
    return number <= std::numeric_limits<uid_t>::max() ? std::optional(number) : std::nullopt;
  }
  const passwd* user = ::getpwnam(name_or_uid.c_str());
  return user == nullptr ? std::nullopt : std::optional<std::uint64_t>(user->pw_uid);
}

const std::string& user_name(std::uint64_t uid) {
  static std::map<std::uint64_t, std::string> names;
  const auto [found, is_new] = names.try_emplace(uid, std::to_string(uid));
  if (is_new && uid <= std::numeric_limits<uid_t>::max()) {
    const passwd* user = ::getpwuid(static_cast<uid_t>(uid));
    if (user != nullptr) found->second = user->pw_name;
  }
  return found->second;
}

std::vector<std::string> user_names() {
  std::vector<std::string> names;
  ::setpwent();
  while (names.size() < most_names) {
    const passwd* user = ::getpwent();
    if (user == nullptr) break;
    names.emplace_back(user->pw_name);
  }
  ::endpwent();
  return names;
}

}  // namespace mgr::client
