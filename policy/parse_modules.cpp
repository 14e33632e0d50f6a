// mgr-configure (root); reads root's own files, and distrusts their author's typing.
#include <algorithm>

#include "policy/parse.h"
#include "policy/parse_action.h"

namespace mgr {
namespace {

class ModulesParser {
 public:
  ModulesParser(UserDatabase& users, Findings& findings, std::vector<DeclaredModule>& modules)
      : users_(users), findings_(findings), modules_(modules) {}

  void read(const TomlValue& document) {
    TableReader table(document, findings_);
    for (const TomlValue& module : table.members("module")) read_module(module);
    table.finish();
  }

 private:
  void read_module(const TomlValue& value) {
    TableReader table(value, findings_);
    check_name(value);
    DeclaredModule& module = module_named(value);
    module.summary = table.text("summary", module.summary);
    for (const TomlValue& action : table.members("action")) read_action(action, module);
    table.finish();
  }

  // The module as another file has begun it, or a new one.
  DeclaredModule& module_named(const TomlValue& value) {
    const auto found = std::ranges::find(modules_, value.key, &DeclaredModule::name);
    if (found != modules_.end()) return *found;
    return modules_.emplace_back(DeclaredModule{value.key, "", {}, findings_.file(), value.line});
  }

  void read_action(const TomlValue& value, DeclaredModule& module) {
    TableReader table(value, findings_);
    check_name(value);
    const auto other = std::ranges::find(module.actions, value.key, &DeclaredAction::name);
    if (other != module.actions.end()) {
      findings_.error(value.line, "action '" + value.key + "' of module '" + module.name +
                                      "' is declared already at " + other->file + ":" +
                                      std::to_string(other->line));
    }
    DeclaredAction action;
    action.name = value.key;
    action.file = findings_.file();
    action.line = value.line;
    action.summary = table.text("summary");
    action.arguments = read_arguments(table.members("arg"), findings_);
    action.run = read_run_settings(table, action.arguments, users_);
    action.confirm = table.boolean("confirm", false);
    action.min_proof = read_proof(table);
    table.finish();
    module.actions.push_back(std::move(action));
  }

  // No less than the kernel's word: what is declared runs a command, and not for everyone.
  Proof read_proof(TableReader& table) {
    const auto proof = find_word<Proof>(table.text("min_proof", "kernel"));
    if (proof && *proof != Proof::none) return *proof;
    table.error("min_proof", "must be \"kernel\" or \"signed\"");
    return Proof::kernel;
  }

  void check_name(const TomlValue& value) {
    if (is_name(value.key)) return;
    findings_.error(value.line, "'" + value.key + "' must be a name, a-z then a-z 0-9 _ - .");
  }

  UserDatabase& users_;
  Findings& findings_;
  std::vector<DeclaredModule>& modules_;
};

}  // namespace

Result<void> parse_modules(const SourceText& source, UserDatabase& users, Configuration& into) {
  Findings findings(source.file, into.warnings);
  ModulesParser(users, findings, into.modules).read(parse_toml(source.text, findings));
  return findings.result();
}

}  // namespace mgr
