// How a command is run: the settings of one action in modules.d, and of each job that it starts.
// Names are resolved to numbers when the configuration is loaded; mgr-job never looks a name up.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

#include "policy/argument.h"

namespace mgr {

struct RunSettings {
  // The first element is an absolute path. In an action's settings a pattern: `{name}` inside an
  // element stands for an argument's text and never splits it; an element that is `{name...}`
  // stands for one element a list item. In a job's expanded.
  std::vector<std::string> argv;
  // The whole of it, NAME=value: nothing is added.
  std::vector<std::string> environment;
  std::string user = "nobody";  // as written
  uid_t uid = static_cast<uid_t>(-1);
  gid_t gid = static_cast<gid_t>(-1);
  std::vector<gid_t> groups;  // supplementary, by the user database
  std::string cwd = "/";
  mode_t umask = 077;
  int nice = 0;
  std::chrono::milliseconds timeout{0};  // 0: none
  std::chrono::milliseconds stop_grace{10000};
  bool no_new_privileges = true;
  friend bool operator==(const RunSettings&, const RunSettings&) = default;
  static void members(auto& archive, auto& record) {
    archive(record.argv, record.environment, record.user, record.uid, record.gid, record.groups,
            record.cwd, record.umask, record.nice, record.timeout, record.stop_grace,
            record.no_new_privileges);
  }
};

// [module.NAME.action.NAME] of a modules.d file. For an action of a built-in module it says how
// its command is run and declares no arguments; else it is an action of its own (mode job).
struct DeclaredAction {
  std::string name;
  std::string summary;
  std::vector<Argument> arguments;
  RunSettings run;
  std::string file;
  unsigned line = 0;
  static void members(auto& archive, auto& record) {
    archive(record.name, record.summary, record.arguments, record.run, record.file, record.line);
  }
};

struct DeclaredModule {
  std::string name;
  std::string summary;
  std::vector<DeclaredAction> actions;
  std::string file;
  unsigned line = 0;
  static void members(auto& archive, auto& record) {
    archive(record.name, record.summary, record.actions, record.file, record.line);
  }
};

}  // namespace mgr
