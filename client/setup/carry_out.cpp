// mgrctl, with the caller's own uid, root; in a folder that is root's alone.
#include "client/setup/carry_out.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iostream>

#include "client/display.h"
#include "client/files.h"
#include "client/setup/people.h"

namespace mgr::client {
namespace {

constexpr mode_t file_mode = 0644;
constexpr mode_t folder_mode = 0755;

// A file and what it held: it goes back where the helper does not take the new one.
struct Written {
  std::string path;
  std::optional<std::string> before;
};

Outcome<void> make_folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  // The umask may have taken some of the mode away.
  if (::mkdir(folder.c_str(), folder_mode) == 0 && ::chmod(folder.c_str(), folder_mode) == 0) {
    return {};
  }
  if (errno == EEXIST) return {};
  return failed(Failure::Kind::invalid_request, folder + ": " + std::strerror(errno));
}

Outcome<void> write(const std::string& path, const std::string& text,
                    const std::optional<std::string>& before, std::vector<Written>& written) {
  if (before == text) return {};
  auto done = make_folder_of(path).and_then([&] { return replace_file(path, text, file_mode); });
  if (done) written.push_back({path, before});
  return done;
}

void take_back(const std::vector<Written>& written) {
  for (const Written& file : written) {
    if (!file.before) ::unlink(file.path.c_str());
    if (file.before) static_cast<void>(replace_file(file.path, *file.before, file_mode));
    std::cerr << "mgrctl: " << harmless(file.path) << " is as it was before\n";
  }
}

Outcome<bool> add_admin(const SetupPlan& plan) {
  const auto& gid = plan.judged.policy.admin_gid;
  if (plan.answers.admin.empty() || !gid) return false;
  const auto is_in = is_member(plan.answers.admin, *gid);
  if (!is_in) return tl::unexpected(is_in.error());
  if (*is_in) return false;
  return add_member(plan.answers.admin, group_name(*gid)).map([] { return true; });
}

}  // namespace

Outcome<CarriedOut> carry_out(const Options& options, const Session& session,
                              const PresentPolicy& present, const SetupPlan& plan) {
  std::vector<Written> written;
  auto done = write(present.own_file(), plan.text, present.own_text, written);
  if (done && plan.settings) {
    const auto found = present.files.find("mgr.toml");
    const auto before = found == present.files.end() ? std::nullopt : std::optional(found->second);
    done = write(present.folder + "/mgr.toml", *plan.settings, before, written);
  }
  if (!done) {
    take_back(written);
    return tl::unexpected(done.error());
  }
  CarriedOut carried{put_in_force(options, session), !written.empty()};
  if (carried.in_force.when == InForce::When::refused) {
    take_back(written);
    return carried;
  }
  say_when(carried.in_force, present.own_file());
  const auto added = add_admin(plan);
  if (!added) {
    report(session, added.error());
    carried.in_force.code = ExitCode::failed;
    return carried;
  }
  carried.changed = carried.changed || *added;
  return carried;
}

}  // namespace mgr::client
