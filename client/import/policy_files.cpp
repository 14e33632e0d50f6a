// mgrctl, with the caller's own uid.
#include "client/import/policy_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "client/files.h"
#include "client/import/write_toml.h"
#include "protocol/descriptor.h"

namespace mgr::client {
namespace {

constexpr std::size_t largest_file = 1 << 20;  // that mgr reads, and that is read here

constexpr const char* empty_policy =
    "# Without rules of its own: those that were imported are in rules.d. It is here so that this\n"
    "# folder can be checked by itself; a policy.toml that is in force already stays as it is.\n";

tl::unexpected<Failure> refuse(const std::string& name, const std::string& why) {
  return failed(Failure::Kind::invalid_request, name + ": " + why);
}

tl::unexpected<Failure> refuse_errno(const std::string& name) {
  return refuse(name, std::strerror(errno));
}

bool is_somebody_elses(const struct stat& info) {
  return info.st_uid != 0 && info.st_uid != ::geteuid();
}

// Why one that is there is none to write to: in a folder such as /tmp it may be somebody else's, or
// lead to where files are in force before anybody has looked at them. Empty where it is.
std::string mistake(const std::string& path, bool may_be_link) {
  struct stat named {
  }, info{};
  if (::lstat(path.c_str(), &named) != 0 || ::stat(path.c_str(), &info) != 0) {
    return std::strerror(errno);
  }
  if (S_ISLNK(named.st_mode) && !may_be_link) return "is a symbolic link";
  if (S_ISLNK(named.st_mode) && is_somebody_elses(named)) return "is somebody else's symbolic link";
  if (!S_ISDIR(info.st_mode)) return "is no folder";
  return is_somebody_elses(info) ? "is somebody else's folder" : "";
}

// Looked at once it is there, since somebody may be quicker than we are: what is ours then, or
// root's, nobody else takes away in a folder such as /tmp.
Outcome<void> make_folder(std::string path, bool may_be_link) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();  // lstat(2) would follow a link
  std::error_code error;
  const bool made = std::filesystem::create_directories(path, error);
  if (error) return refuse(path, error.message());
  if (const std::string why = mistake(path, may_be_link); !why.empty()) return refuse(path, why);
  if (!made) return {};
  std::filesystem::permissions(path, std::filesystem::perms(0755), error);
  if (error) return refuse(path, error.message());
  return {};
}

}  // namespace

Outcome<SourceFile> read_source(const std::string& name) {
  const Descriptor file(name == "-" ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                                    : ::open(name.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return refuse_errno(name);
  SourceFile source{name == "-" ? "stdin" : name, ""};
  std::array<char, 1 << 16> piece{};
  while (source.text.size() <= largest_file) {
    const ssize_t got = ::read(file.get(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return refuse_errno(name);
    if (got == 0) return source;
    source.text.append(piece.data(), static_cast<std::size_t>(got));
  }
  return refuse(name, "is larger than 1 MiB");
}

Outcome<std::vector<PolicyFile>> policy_files(const Imported& imported) {
  std::vector<PolicyFile> files;
  for (const ImportedModule& module : imported.modules) {
    files.push_back({"modules.d/" + module.name + ".toml", module_toml(imported, module)});
  }
  files.push_back({"rules.d/" + imported.format + ".toml", rules_toml(imported)});
  for (const PolicyFile& file : files) {
    if (file.text.size() > largest_file) {
      return refuse(file.name, "would be larger than 1 MiB; import fewer files at a time");
    }
  }
  return files;
}

Outcome<void> write_files(const std::string& folder, const std::vector<PolicyFile>& files,
                          bool overwrite) {
  for (const PolicyFile& file : files) {
    const std::string path = folder + "/" + file.name;
    if (!overwrite && exists(path)) return refuse(path, "is there already; --yes replaces it");
  }
  for (const char* part : {"", "/modules.d", "/rules.d"}) {
    const bool is_given = *part == '\0';
    if (const auto made = make_folder(folder + part, is_given); !made) return made;
  }
  for (const PolicyFile& file : files) {
    if (const auto written = replace_file(folder + "/" + file.name, file.text, 0644); !written) {
      return written;
    }
  }
  const std::string policy = folder + "/policy.toml";
  return exists(policy) ? Outcome<void>{} : replace_file(policy, empty_policy, 0644);
}

}  // namespace mgr::client
