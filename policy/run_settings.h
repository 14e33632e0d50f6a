// How a command is run: the settings of one action in modules.d. Names are resolved to numbers
// when the configuration is loaded; mgr-job never looks a name up.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "policy/argument.h"

namespace mgr {

struct RunSettings {
  // argv: the first element an absolute path. `{name}` inside an element stands for an argument's
  // text and never splits it; an element that is `{name...}` stands for one element a list item.
  std::vector<std::string> command;
  std::string user = "nobody";  // as written
  uid_t uid = static_cast<uid_t>(-1);
  gid_t gid = static_cast<gid_t>(-1);
  std::vector<gid_t> groups;  // supplementary, by the user database
  std::string cwd = "/";
  std::vector<std::pair<std::string, std::string>> env;  // added to mgr's own fixed environment
  mode_t umask = 077;
  int nice = 0;
  std::chrono::milliseconds timeout{0};  // 0: none
  std::chrono::milliseconds stop_grace{10000};
  bool no_new_privileges = true;
  static void members(auto& archive, auto& record) {
    archive(record.command, record.user, record.uid, record.gid, record.groups, record.cwd,
            record.env, record.umask, record.nice, record.timeout, record.stop_grace,
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
