// mgrctl, with the caller's own uid.
#include "policy/lint/files.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "policy/lint/commands.h"
#include "policy/lint/element.h"
#include "policy/lint/settings.h"
#include "policy/lint/walk.h"

namespace mgr {
namespace {

constexpr int most_interpreters = 4;  // as the kernel has it

// What gives root to whoever may use it: the bits are a group's.
struct Guarded {
  std::string_view path;
  mode_t bits;
  std::string_view why;
};
constexpr std::string_view containers = "it starts containers of root's, with the host in them";
constexpr std::string_view disk = "it reads and writes any file, past all permissions";
constexpr auto guarded = std::to_array<Guarded>({
    {"/run/docker.sock", 0020, containers},
    {"/run/containerd/containerd.sock", 0020, containers},
    {"/run/podman/podman.sock", 0020, containers},
    {"/var/lib/lxd/unix.socket", 0020, containers},
    {"/var/snap/lxd/common/lxd/unix.socket", 0020, containers},
    {"/var/lib/incus/unix.socket", 0020, containers},
    {"/run/libvirt/libvirt-sock", 0020, "it starts machines with any disk of the host's"},
    {"/dev/sda", 0040, disk},
    {"/dev/vda", 0040, disk},
    {"/dev/xvda", 0040, disk},
    {"/dev/nvme0n1", 0040, disk},
    {"/dev/mmcblk0", 0040, disk},
    {"/dev/dm-0", 0040, disk},
    {"/dev/mem", 0040, "it reads what every process has in memory"},
    {"/etc/shadow", 0040, "it has the passwords' hashes, root's too"},
    {"/etc/gshadow", 0020, "it says who is in which group"},
    {"/etc/passwd", 0020, "it says who is root"},
});

bool is_below(std::string_view path, std::string_view folder) {
  return path == folder ||
         (path.starts_with(folder) && path.substr(folder.size()).starts_with('/'));
}

// The absolute path in a fixed element, alone or behind an option's '='; empty for none.
std::string_view path_in(std::string_view element) {
  if (element.find('{') != std::string_view::npos) return {};
  const auto equals = element.find("=/");
  if (equals != std::string_view::npos) element.remove_prefix(equals + 1);
  return element.size() > 1 && element.starts_with('/') ? element : std::string_view();
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(" \t\r"), text.size());
    if (end > 0) words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

class FilesLint {
 public:
  FilesLint(const DeclaredAction& action, const FileView& files, std::vector<Finding>& findings)
      : action_(action), run_(action.run), files_(files), findings_(findings) {}

  void look() {
    const auto& argv = run_.argv;
    if (argv.empty()) return;
    const std::size_t program = program_index(argv);
    const std::size_t script = script_index(argv, program);
    look_at_program(argv[0], "loose-command", "the command");
    if (program > 0) look_at_named(argv[program]);
    if (script > 0) look_at_script(argv[script]);
    for (std::size_t i = 1; i < argv.size(); ++i) {
      if (i != program && i != script) look_at_file(path_in(argv[i]));
    }
    if (run_.cwd != "/") look_at_cwd();
    if (run_.uid == 0) {
      look_at_search_path();
      look_at_home();
    } else {
      look_at_rights();
    }
    look_at_roots();
  }

 private:
  Walk walk(const std::string& path) const { return walk_to(files_, path, run_.uid); }

  // Its own /tmp is empty and nobody else's.
  bool is_hidden(std::string_view path) const {
    return run_.private_tmp && (is_below(path, "/tmp") || is_below(path, "/var/tmp"));
  }

  // A program, and the interpreter that its first line names.
  void look_at_program(const std::string& path, const char* code, const std::string& what,
                       int depth = 0) {
    const Walk way = walk(path);
    report_loose(way, path, code, what);
    if (way.end == Walk::End::unseen) return report_unseen(way, path);
    if (way.end != Walk::End::file) {
      return add("missing-command",
                 what + ", " + path + ", " +
                     (way.end == Walk::End::missing ? "does not exist" : "is no file to execute"));
    }
    if (depth < most_interpreters) look_at_first_line(way.path, depth + 1);
  }

  void look_at_first_line(const std::string& path, int depth) {
    const std::string line = files_.first_line(path);
    if (!line.starts_with("#!")) return;
    const auto words = words_of(std::string_view(line).substr(2));
    if (words.empty() || !words[0].starts_with('/')) return;
    const std::string what = "the interpreter of " + path;
    look_at_program(words[0], "loose-interpreter", what, depth);
    const std::size_t program = program_index(words);
    if (program == 0) return;
    const std::string found = find_on_search_path(words[program]);
    if (!found.empty()) look_at_program(found, "loose-interpreter", what, depth);
  }

  // What the command starts, by its path or by its name.
  void look_at_named(const std::string& name) {
    if (name.find('{') != std::string::npos) return;
    const std::string path = find_on_search_path(name);
    if (path.empty()) return add("missing-command", name + " is in no folder of PATH");
    look_at_program(path, "loose-command", "the program that it starts");
  }

  std::string find_on_search_path(const std::string& name) const {
    if (name.find('/') != std::string::npos) return name.front() == '/' ? name : std::string();
    std::string found;
    for_each_folder([&](const std::string& folder) {
      const std::string path = folder + '/' + name;
      if (found.empty() && walk(path).end == Walk::End::file) found = path;
    });
    return found;
  }

  void look_at_script(const std::string& path) {
    if (path.find('{') != std::string::npos || is_standard_input(path)) return;
    if (!path.starts_with('/')) {
      return add("loose-script", "the script " + path + " is looked for from the working folder");
    }
    const Walk way = walk(path);
    report_loose(way, path, "loose-script", "the script");
    if (way.end == Walk::End::unseen) return report_unseen(way, path);
    if (way.end == Walk::End::missing)
      add("missing-file", "the script, " + path + ", does not exist");
  }

  // What is not there may be what the command makes.
  void look_at_file(std::string_view name) {
    if (name.empty() || is_hidden(name)) return;
    for (const std::string_view kernels : {"/dev", "/proc", "/sys"}) {
      if (is_below(name, kernels)) return;
    }
    const std::string path(name);
    report_loose(walk(path), path, "loose-file", "a file of the command's");
  }

  void look_at_cwd() {
    if (is_hidden(run_.cwd)) return;
    const Walk way = walk(run_.cwd);
    report_loose(way, run_.cwd, "loose-cwd", "the working folder");
    if (way.end == Walk::End::unseen) return report_unseen(way, run_.cwd);
    if (way.end != Walk::End::folder) {
      add("missing-file", "the working folder, " + run_.cwd + ", does not exist");
    }
  }

  void look_at_search_path() {
    for_each_folder([&](const std::string& folder) {
      if (!folder.starts_with('/')) {
        return add("env-loads-code", "PATH holds '" + folder +
                                         "', which is looked for from the "
                                         "working folder");
      }
      report_loose(walk(folder), folder, "env-loads-code", "a folder of PATH");
    });
  }

  // ~/.gitconfig, ~/.ssh/config and their like run programs.
  void look_at_home() {
    for (const char* name : {"HOME", "XDG_CONFIG_HOME"}) {
      const std::string folder(variable(run_, name));
      if (!folder.starts_with('/') || is_hidden(folder)) continue;
      report_loose(walk(folder), folder, "env-loads-code",
                   std::string(name) + ", where programs read what they run");
    }
  }

  void look_at_rights() {
    for (const auto& [path, bits, why] : guarded) {
      const std::string place(path);
      const Walk way = walk(place);
      if (way.end != Walk::End::file && way.end != Walk::End::other) continue;
      const FileLook look = files_.look(way.path);
      const bool mine = look.uid == run_.uid && look.uid != 0;
      const bool in_group =
          look.gid == run_.gid || std::ranges::find(run_.groups, look.gid) != run_.groups.end();
      if (!mine && !(in_group && look.gid != 0 && (look.mode & bits) == bits)) continue;
      add("root-group", run_.user + " may use " + place + ", as " +
                            (mine ? "its owner" : "one of the group " + std::to_string(look.gid)) +
                            ": " + std::string(why));
      return;
    }
  }

  // What a path may be beneath: who may write above it may put another there.
  void look_at_roots() {
    for (const Argument& argument : action_.arguments) {
      for (const std::string& root : argument.type.roots) {
        const std::string above = root.substr(0, std::max<std::size_t>(root.rfind('/'), 1));
        report_loose(walk(above), root, "loose-root", "a root of '" + argument.name + "'");
      }
    }
  }

  template <typename Visit>
  void for_each_folder(Visit visit) const {
    std::string_view path = variable(run_, "PATH");
    while (true) {
      const auto end = path.find(':');
      visit(std::string(path.substr(0, end)));
      if (end == std::string_view::npos) return;
      path.remove_prefix(end + 1);
    }
  }

  void report_loose(const Walk& way, const std::string& path, const char* code,
                    const std::string& what) {
    if (way.loose.empty()) return;
    const std::string where = way.loose == path ? "" : ": " + way.loose + ", on the way to it,";
    add(code, what + ", " + path + ", can be replaced by others than root" +
                  (run_.uid == 0 ? "" : " and " + run_.user) + (where.empty() ? ": it" : where) +
                  ' ' + way.why);
  }

  void report_unseen(const Walk& way, const std::string& path) {
    add("not-looked-at", way.path + " could not be looked at, on the way to " + path);
  }

  // Several elements may name the same file.
  void add(const char* code, std::string text) {
    if (!added_.emplace(code, text).second) return;
    findings_.push_back({code, action_.file, action_.line, std::move(text)});
  }

  const DeclaredAction& action_;
  const RunSettings& run_;
  const FileView& files_;
  std::vector<Finding>& findings_;
  std::set<std::pair<std::string_view, std::string>> added_;
};

}  // namespace

void lint_files(const DeclaredAction& action, const FileView& files,
                std::vector<Finding>& findings) {
  FilesLint(action, files, findings).look();
}

}  // namespace mgr
