// mgr-scan · user mgr-scan, or root for --accept · root distrusts the folder `proposed`, which
// belongs to mgr-scan; mgr-scan believes the folder `accepted`, which belongs to root.
#include "modules/mgr-scan/baseline_store.h"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "modules/mgr-scan/atomic_file.h"
#include "modules/mgr-scan/beneath.h"

namespace mgr_scan {
namespace {

constexpr const char* kHome = "var/lib/mgr/scan";
constexpr const char* kAccepted = "accepted";
constexpr const char* kProposed = "proposed";

// `home` is believed; `proposed` below it is only known not to be a link or another file system.
Result<Descriptor> open_proposed(int root) {
  const auto home = open_trusted(root, kHome, O_PATH | O_DIRECTORY);
  if (!home) return failure(home.error().message);
  OpenResult folder = open_beneath(home->get(), kProposed, O_RDONLY | O_DIRECTORY, RESOLVE_NO_XDEV);
  if (!folder) return system_failure(std::string("/") + kHome + "/proposed", folder.error());
  return std::move(*folder);
}

Result<gid_t> group_of_reader(int root) {
  return open_proposed(root).and_then([](const Descriptor& folder) -> Result<gid_t> {
    struct stat info {};
    if (::fstat(folder.get(), &info) != 0) return system_failure("proposed", errno);
    const passwd* user = ::getpwuid(info.st_uid);
    return user != nullptr ? user->pw_gid : info.st_gid;
  });
}

}  // namespace

std::string BaselineStore::shown(const char* folder) const {
  return std::string("/") + kHome + "/" + folder + "/" + name_;
}

Result<std::optional<Snapshot>> BaselineStore::read_accepted() const {
  const std::string path = std::string(kHome) + "/" + kAccepted + "/" + name_;
  const auto file = open_trusted(root_, path, O_RDONLY);
  if (!file && file.error().absent) return std::optional<Snapshot>{};
  if (!file) return failure(file.error().message);
  const auto text = read_bounded(file->get(), kMaxBaselineBytes, shown(kAccepted));
  if (!text) return tl::unexpected<Error>(text.error());
  auto snapshot = parse_baseline(*text);
  if (!snapshot) return failure(shown(kAccepted) + ": " + snapshot.error().message);
  return std::optional<Snapshot>(std::move(*snapshot));
}

Result<BaselineStore::Proposal> BaselineStore::read_proposed() const {
  const auto folder = open_proposed(root_);
  if (!folder) return tl::unexpected<Error>(folder.error());
  const auto file = open_beneath(folder->get(), name_, O_RDONLY, RESOLVE_NO_XDEV);
  if (!file && file.error() == ENOENT) {
    return failure("no proposal yet: run mgr-scan -t " + name_ + " first");
  }
  if (!file) return system_failure(shown(kProposed), file.error());
  const auto text = read_bounded(file->get(), kMaxBaselineBytes, shown(kProposed));
  if (!text) return tl::unexpected<Error>(text.error());
  auto snapshot = parse_baseline(*text);
  if (!snapshot) return failure(shown(kProposed) + ": " + snapshot.error().message);
  return Proposal{std::move(*snapshot), digest_of(*text)};
}

Result<void> BaselineStore::write_proposed(std::string_view text) const {
  return open_proposed(root_).and_then([&](const Descriptor& folder) {
    return replace_file(folder.get(), name_, text, {0640, std::nullopt});
  });
}

Result<void> BaselineStore::write_accepted(std::string_view text) const {
  const auto folder =
      open_trusted(root_, std::string(kHome) + "/" + kAccepted, O_RDONLY | O_DIRECTORY);
  if (!folder) return failure(folder.error().message);
  return group_of_reader(root_).and_then([&](gid_t group) {
    return replace_file(folder->get(), name_, text, {0640, group});
  });
}

}  // namespace mgr_scan
