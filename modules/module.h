// A module: a name, and a table of actions. Each row holds what the policy calls the action, what
// it takes, and the handler that turns a checked, allowed call into a plan. Handlers are pure: no
// I/O, no clock, no process; so a module is tested without root. Linked into the helper.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "modules/built_in_commands.h"
#include "modules/effect.h"
#include "policy/argument.h"
#include "policy/decide.h"

namespace mgr {

// What the helper established about the caller, for actions that tell it back.
struct CallerFacts {
  std::string_view transport;  // "unix" or "tcp"
  Subject subject;
  std::uint32_t gid = 0, pid = 0;  // meaningful where subject.uid is set
  std::vector<std::string_view> principals;
};

// A call that may be planned. `allowed` is there so that nobody plans without a decision.
struct ActionCall {
  const Allowed& allowed;
  const CallerFacts& caller;
  const ArgumentValues& arguments;
  std::string_view body{};  // the bytes of an argument of type blob
};

using Handler = std::function<Result<Effect>(const ActionCall&)>;
// Of an action whose command is given by modules.d: how that is run, its command not expanded.
using Planner = std::function<Result<Effect>(const ActionCall&, const RunSettings&)>;

// A row of a module's table. `name` is the name that rules use.
struct Action {
  std::string name;
  std::string summary;
  std::vector<Argument> arguments;
  Handler handler;
  Proof min_proof = Proof::signature;  // what add() was given
  bool confirm = false;                // wants mgr-confirm:yes
  std::optional<RunMode> mode{};       // none: it is answered at once
  std::string run_json = "{}";         // how its command is run, for a dry run
};

class Module {
 public:
  Module(std::string name, std::string summary, std::vector<std::string> aliases = {})
      : name_(std::move(name)), summary_(std::move(summary)), aliases_(std::move(aliases)) {}
  virtual ~Module() = default;
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& summary() const { return summary_; }
  // Other names that requests may use, matched to the letter ("SCAN_MODULE").
  [[nodiscard]] const std::vector<std::string>& aliases() const { return aliases_; }
  [[nodiscard]] const std::vector<Action>& actions() const { return actions_; }
  [[nodiscard]] const Action* find(std::string_view action) const;

 protected:
  // `min_proof` stands first, so that no row is without.
  void add(Proof min_proof, Action action) {
    action.min_proof = min_proof;
    actions_.push_back(std::move(action));
  }
  // Of a row that starts jobs or answers with a stream; the mode is for the schema alone.
  void add(Proof min_proof, RunMode mode, Action action) {
    action.mode = mode;
    add(min_proof, std::move(action));
  }
  // Of a row whose command is modules.d's to name: proof, mode, confirmation and how it is run are
  // what stands there. Where nothing does, it wants the kernel's proof, fails, and says so.
  void add(const BuiltInCommands& commands, Action action, Planner planner);

 private:
  std::string name_, summary_;
  std::vector<std::string> aliases_;
  std::vector<Action> actions_;
};

}  // namespace mgr
