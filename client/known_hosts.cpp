// Clients, with the caller's own uid; distrusts the files.
#include "client/known_hosts.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

#include "client/key_file.h"
#include "protocol/descriptor.h"
#include "protocol/signed_request.h"

namespace mgr::client {
namespace {

constexpr std::size_t longest_file = 1 << 20;

tl::unexpected<Failure> refuse(const std::string& where, const std::string& why) {
  return failed(Failure::Kind::invalid_request, where + ": " + why);
}

// nullopt where there is no such file. A link may lead to it: what counts is whose it is.
Outcome<std::optional<std::string>> read_file(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0) return refuse(path, std::strerror(errno));
  const bool is_ours = status.st_uid == 0 || status.st_uid == ::geteuid();
  if (!S_ISREG(status.st_mode) || !is_ours || (status.st_mode & 022) != 0) {
    return refuse(path,
                  "who may write known hosts is root and their user alone: chmod go-w, or chown");
  }
  std::string text;
  std::array<char, 1 << 16> piece{};
  while (text.size() <= longest_file) {
    const ssize_t got = ::read(file.get(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return refuse(path, std::strerror(errno));
    if (got == 0) return text;
    text.append(piece.data(), static_cast<std::size_t>(got));
  }
  return refuse(path, "is over 1 MiB");
}

std::string_view take_word(std::string_view& line) {
  constexpr std::string_view blanks = " \t";
  line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
  const std::string_view word = line.substr(0, line.find_first_of(blanks));
  line.remove_prefix(word.size());
  return word;
}

bool is_host_id(std::string_view text) {
  return text.size() == host_id_length &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// Every line is looked at, so that a mistake shows before the day when that host is needed.
Outcome<std::optional<KnownHost>> find_in(std::string_view text, const std::string& path,
                                          const std::string& name) {
  std::optional<KnownHost> found;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const std::size_t first = line.find_first_not_of(" \t");
    if (first == std::string_view::npos || line[first] == '#') continue;
    const std::string where = path + ':' + std::to_string(number);
    auto host = parse_known_host(line);
    if (!host) return refuse(where, host.error().detail);
    if (host->name != name) continue;
    if (found) return refuse(where, name + " stands there twice");
    found = std::move(*host);
    found->place = where;
  }
  return found;
}

std::string what_to_do(const std::string& name, const std::vector<std::string>& files) {
  if (name == local_name) {
    return "no host id is known for this machine: the first start of mgr-helper makes it, in " +
           (files.empty() ? std::string("its state folder") : files.back());
  }
  return name + " is no known host: on that machine, `mgrctl host " + name +
         "` prints the line for " + (files.empty() ? std::string("known_hosts") : files.front()) +
         "; bring it here by a way that you trust";
}

}  // namespace

Outcome<KnownHost> parse_known_host(std::string_view line) {
  KnownHost host;
  host.name = take_word(line);
  host.id = take_word(line);
  auto key = read_public_text(take_word(line));
  if (host.name.empty() || !is_host_id(host.id) || !key || !take_word(line).empty()) {
    return failed(Failure::Kind::invalid_request,
                  "not a known host: NAME, 32 hex digits, and ed25519: with a public key");
  }
  host.public_key = std::move(*key);
  return host;
}

Outcome<KnownHost> find_known_host(const std::string& name, const std::vector<std::string>& files) {
  for (const std::string& path : files) {
    const auto text = read_file(path);
    if (!text) return tl::unexpected(text.error());
    if (!*text) continue;
    auto host = find_in(**text, path, name);
    if (!host) return tl::unexpected(host.error());
    if (*host) return std::move(**host);
  }
  return failed(Failure::Kind::invalid_request, what_to_do(name, files));
}

}  // namespace mgr::client
