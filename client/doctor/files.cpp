// mgrctl, with the caller's own uid. Owners and modes; distrusts whoever but root can write there.
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "client/doctor/checks.h"
#include "client/review/show_plan.h"
#include "policy/lint/walk.h"
#include "policy/open.h"
#include "protocol/audit_files.h"

namespace mgr::client {
namespace {

// Below --root the way begins at that folder, as that of the helper's own checks does.
class FilesBelow final : public FileView {
 public:
  explicit FilesBelow(std::string root) : root_(std::move(root)) {}
  [[nodiscard]] FileLook look(const std::string& path) const override {
    return files_.look(root_ + path);
  }
  [[nodiscard]] std::string first_line(const std::string& path) const override {
    return files_.first_line(root_ + path);
  }

 private:
  std::string root_;
  SystemFileView files_;
};

std::string octal(mode_t mode) {
  std::array<char, 16> text{};
  (void)std::snprintf(text.data(), text.size(), "%04o", mode);
  return text.data();
}

// The command that makes it root's alone, with `most` of a mode.
std::string mend(const std::string& path, const FileLook& look, mode_t most) {
  const std::string word = shell_word(path);
  if (look.kind == FileLook::Kind::link) return "ls -l " + word + "; put the file itself there";
  std::string command;
  if (look.uid != 0) command = "chown root " + word;
  if ((look.mode & ~most) != 0) {
    command += (command.empty() ? "chmod " : "; chmod ") + octal(look.mode & most) + ' ' + word;
  }
  return command.empty() ? "ls -ld " + word : command;
}

// What is wrong is told of a path, "path: reason", which may be of a folder above the one meant.
void tell(const Error& error, mode_t most, Report& report) {
  const std::string path = error.detail.substr(0, error.detail.find(": "));
  if (error.detail.ends_with(std::strerror(EACCES))) return report.skip(error.detail);
  report.fail(error.detail, mend(path, SystemFileView().look(path), most));
}

constexpr mode_t no_write_of_others = 0755;

// The helper's own rule, of each file that it would read; it names the first alone.
void look_at_folder_of_texts(const TrustedFolder& folder, Report& report) {
  const auto names = folder.names(".toml");
  if (!names) return tell(names.error(), no_write_of_others, report);
  for (const std::string& name : *names) {
    const auto text = folder.read(name);
    if (!text) tell(text.error(), no_write_of_others, report);
  }
}

struct Expected {
  std::string path;
  FileLook::Kind kind = FileLook::Kind::file;
  mode_t most = 0;
  bool is_needed = false;
};

void look_at_one(const Subject& subject, const Expected& expected, Report& report) {
  const FileLook look = SystemFileView().look(expected.path);
  if (look.kind == FileLook::Kind::unseen) return;  // its folder is root's alone
  if (look.kind == FileLook::Kind::missing) {
    if (!expected.is_needed) return;
    return report.warn(expected.path + ": is not there; the first start of mgr-helper makes it",
                       subject.start("mgr-helper"));
  }
  if (look.kind != expected.kind) {
    const bool folder = expected.kind == FileLook::Kind::folder;
    return report.fail(expected.path + ": is no " + (folder ? "folder" : "regular file"),
                       "ls -ld " + shell_word(expected.path));
  }
  std::string why;
  if (look.uid != 0) why = "belongs to uid " + std::to_string(look.uid);
  if (why.empty() && (look.mode & ~expected.most) != 0) {
    why = "has mode " + octal(look.mode) + ", and may have " + octal(expected.most) + " at most";
  }
  if (!why.empty()) {
    report.fail(expected.path + ": " + why, mend(expected.path, look, expected.most));
  }
}

void look_at_secrets(const Subject& subject, const TrustedFolder& keys, Report& report) {
  const auto names = keys.names(".secret");
  if (!names) return;  // the same folder's other names have been asked for
  for (const std::string& name : *names) {
    look_at_one(subject, {keys.path_of(name), FileLook::Kind::file, 0600}, report);
  }
}

void look_at_configuration(const Subject& subject, Report& report) {
  const auto etc = TrustedFolder::open(subject.paths.root, "/etc/mgr");
  if (!etc) return tell(etc.error(), no_write_of_others, report);
  if (!*etc) {
    return report.fail(subject.paths.etc() + ": is not there", "install mgr's configuration anew");
  }
  look_at_folder_of_texts(**etc, report);
  for (const std::string_view name : {"modules.d", "rules.d", "keys.d"}) {
    const auto folder = (*etc)->folder(name);
    if (!folder) tell(folder.error(), no_write_of_others, report);
    if (!folder || !*folder) continue;
    look_at_folder_of_texts(**folder, report);
    if (name == "keys.d") look_at_secrets(subject, **folder, report);
  }
  look_at_one(subject, {subject.paths.root_key_file(), FileLook::Kind::file, 0600}, report);
}

void look_at_state(const Subject& subject, Report& report) {
  using enum FileLook::Kind;
  const Paths& paths = subject.paths;
  for (const std::string_view way : {"/run/mgr", "/var/lib/mgr"}) {
    const auto opened = TrustedFolder::open(paths.root, way);
    if (!opened) tell(opened.error(), no_write_of_others, report);
  }
  const Expected all[] = {{paths.run_folder(), folder, 0755, true},
                          {paths.state_folder(), folder, 0755, true},
                          {paths.jobs_folder(), folder, 0700},
                          {paths.host_folder(), folder, 0755},
                          {paths.host_id_file(), file, 0644},
                          {paths.host_key_file(), file, 0600},
                          {paths.known_host_file(), file, 0644},
                          {paths.nonces_file(), file, 0600},
                          {paths.audit_key_folder(), folder, 0700},
                          {paths.audit_key_file(), file, 0600},
                          {paths.first_audit_key_file(), file, 0600},
                          {paths.log_folder(), folder, 0750, true},
                          {paths.audit_file(), file, 0640}};
  for (const Expected& expected : all) look_at_one(subject, expected, report);
  for (const std::string& name : rotated_audit_names(paths.log_folder())) {
    look_at_one(subject, {paths.log_folder() + '/' + name, file, 0640}, report);
  }
}

Walk walk_to_program(const Subject& subject, const std::string& path) {
  const std::string& root = subject.paths.root;
  if (root.empty() || !path.starts_with(root + "/")) return walk_to(SystemFileView(), path, 0);
  Walk walk = walk_to(FilesBelow(root), path.substr(root.size()), 0);
  walk.path.insert(0, root);
  if (!walk.loose.empty()) walk.loose.insert(0, root);
  return walk;
}

void look_at_program(const Subject& subject, const std::string& path, bool is_needed,
                     Report& report) {
  const Walk walk = walk_to_program(subject, path);
  if (walk.end == Walk::End::unseen) return report.skip(path + ": may not be looked at");
  if (walk.end != Walk::End::file) {
    if (is_needed) report.fail(path + ": is not there", "install mgr anew");
    return;
  }
  const FileLook look = SystemFileView().look(walk.path);
  constexpr mode_t set_ids = 06000;
  if ((look.mode & set_ids) != 0) {
    report.fail(
        walk.path + ": gives whoever runs it its owner's rights (mode " + octal(look.mode) + ")",
        "chmod ug-s " + shell_word(walk.path));
  }
  if (walk.loose.empty()) return;
  report.fail(walk.loose + ": " + walk.why + ", and leads to " + path,
              mend(walk.loose, SystemFileView().look(walk.loose), no_write_of_others));
}

}  // namespace

bool is_roots_program(const Subject& subject, const std::string& path) {
  const Walk walk = walk_to_program(subject, path);
  return walk.end == Walk::End::file && walk.loose.empty();
}

void check_files(const Subject& subject, Report& report) {
  look_at_configuration(subject, report);
  look_at_state(subject, report);
  for (const char* name : {"mgr-helper", "mgr-broker"}) {
    look_at_program(subject, subject.sbin + '/' + name, true, report);
  }
  for (const char* name : {"mgr-configure", "mgr-job"}) {
    look_at_program(subject, subject.libexec + '/' + name, true, report);
  }
  for (const char* name : {"mgr-mail", "mgr-service", "mgr-shutdown"}) {
    look_at_program(subject, subject.libexec + '/' + name, false, report);
  }
  report.sum_up(
      "configuration, state, log and programs are root's, and nobody else can write them");
  if (!subject.is_root) report.skip("what lies in folders that are root's alone");
}

}  // namespace mgr::client
