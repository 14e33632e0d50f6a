// mgrctl, with the caller's own uid; distrusts the files.
#include "client/import/configd.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "client/import/configd_action.h"
#include "client/import/names.h"

namespace mgr::client {
namespace {

// Modules of mgr itself.
constexpr std::array<std::string_view, 6> reserved{"scan",    "shutdown", "mail",
                                                   "service", "job",      "mgr"};

// What one import holds in memory, of names and of the sections that each of them copies.
constexpr std::size_t most_actions = 10000;
constexpr std::size_t most_bytes = 16 << 20;

std::size_t size_of(const IniSection& section) {
  std::size_t size = 1;
  for (const IniEntry& entry : section.entries) size += entry.key.size() + entry.value.size();
  return size;
}

// As configd reads it: what is behind the last "actions_", up to the first dot.
std::string topic_of(const std::string& file) {
  const std::string marker = "actions_";
  const std::size_t slash = file.rfind('/');
  std::string name = slash == file.npos ? file : file.substr(slash + 1);
  if (const auto at = name.rfind(marker); at != name.npos) name.erase(0, at + marker.size());
  return name.substr(0, name.find('.'));
}

class ConfigdImport {
 public:
  explicit ConfigdImport(const ProgramExists& exists) : exists_(exists) {
    result_.format = "configd";
  }

  Outcome<void> read(const SourceFile& file) {
    auto sections = parse_ini(file.name, file.text);
    if (!sections) return tl::unexpected(sections.error());
    const std::string topic = topic_of(file.name);
    for (const IniSection& section : *sections) {
      if (section.name == "DEFAULT") {
        result_.asides.push_back({{file.name, section.line},
                                  "is no action; its keys hold for all sections that lack them, "
                                  "which is not looked into"});
        continue;
      }
      const std::vector<std::string> names = configd_names(section);
      actions_left_ -= std::min(actions_left_, names.size());
      bytes_left_ -= std::min(bytes_left_, names.size() * size_of(section));
      if (actions_left_ == 0 || bytes_left_ == 0) {
        return failed(Failure::Kind::invalid_request,
                      place({file.name, section.line}) +
                          ": so many actions are too much for one import; take fewer files");
      }
      for (const std::string& name : names) take(section, file, topic, name);
    }
    return {};
  }

  Imported finish() {
    for (ImportedModule& module : result_.modules) {
      write_head(module);
      write_rules(module);
    }
    return std::move(result_);
  }

 private:
  using Key = std::pair<std::string, std::string>;  // module, action

  void take(const IniSection& section, const SourceFile& file, const std::string& topic,
            const std::string& name) {
    ImportedModule& module = module_of(topic);
    ImportedAction action = configd_action(section, file.name, exists_);
    action.name = actions_.try_emplace(module.name, "action").first->second.name_of(name, name);
    if (action.name != name) {
      action.remarks.notes.push_back("Its name was '" + name + "'.");
    }
    groups_[{module.name, action.name}] = allowed_groups(section);
    const auto other = std::ranges::find(module.actions, action.name, &ImportedAction::name);
    if (other == module.actions.end()) {
      module.actions.push_back(std::move(action));
      return;
    }
    need(action.remarks, "stands at " + place(other->source) + " too; the last counts for configd");
    *other = std::move(action);
  }

  ImportedModule& module_of(const std::string& topic) {
    const bool is_taken =
        std::ranges::find(reserved, fold_name(topic, "configd")) != reserved.end();
    const std::string& name = modules_.name_of(topic, is_taken ? "configd-" + topic : topic);
    const auto known = std::ranges::find(result_.modules, name, &ImportedModule::name);
    if (known != result_.modules.end()) return *known;
    ImportedModule module;
    module.name = name;
    module.summary = "configd's " + topic;
    if (name != topic) module.head.push_back("configd called the module '" + topic + "'.");
    return result_.modules.emplace_back(std::move(module));
  }

  static void write_head(ImportedModule& module) {
    module.head.emplace_back(
        "configd ran all of this as root. Where a lesser user will do, name it in `user`.");
    const bool has_arguments = std::ranges::any_of(
        module.actions, [](const auto& action) { return !action.arguments.empty(); });
    if (!has_arguments) return;
    module.head.emplace_back(
        "configd took any text for a %s, and an empty one where a request gave less. Here each is "
        "a "
        "required argument of few characters: give it the narrowest type that will do (enum, int, "
        "hostname, path, ...), or a wider pattern where that is really needed.");
  }

  // Actions with the same groups share a rule.
  void write_rules(const ImportedModule& module) {
    std::map<std::vector<std::string>, std::size_t> rule_of;
    for (const ImportedAction& action : module.actions) {
      if (action.is_sketch) continue;
      const auto& groups = groups_[{module.name, action.name}];
      const auto [found, is_new] = rule_of.try_emplace(groups, result_.rules.size());
      if (is_new) result_.rules.push_back(new_rule(module, action.source, groups));
      result_.rules[found->second].actions.push_back(action.name);
    }
  }

  ImportedRule new_rule(const ImportedModule& module, const Source& source,
                        const std::vector<std::string>& groups) {
    ImportedRule rule;
    rule.source = source;
    rule.module = module.name;
    for (const std::string& group : groups) {
      if (group.front() == ' ' || group.back() == ' ') {
        need(rule.remarks, "'" + group + "' is no group for configd, which keeps the space in it");
      } else if (is_account_name(group)) {
        rule.who.push_back(principal_of(group, source));
      } else {
        need(rule.remarks, "'" + group + "' can be no group of a policy");
      }
    }
    if (groups.empty()) {
      need(rule.remarks,
           "configd lets everybody who reaches its socket ask for these; mgr lets nobody until a "
           "rule says who");
      rule.who = {"web"};
    }
    rule.is_sketch = groups.empty() || rule.who.empty();
    return rule;
  }

  const std::string& principal_of(const std::string& group, const Source& source) {
    const std::string& name = principals_.name_of(group, "configd-" + group);
    if (std::ranges::find(result_.principals, name, &ImportedPrincipal::name) ==
        result_.principals.end()) {
      result_.principals.push_back({source, name, {}, {group}, {}, {}});
    }
    return name;
  }

  const ProgramExists& exists_;
  std::size_t actions_left_ = most_actions, bytes_left_ = most_bytes;
  Imported result_;
  NameBook modules_{"configd"};
  NameBook principals_{"configd"};
  std::map<std::string, NameBook> actions_;
  std::map<Key, std::vector<std::string>> groups_;
};

}  // namespace

Outcome<Imported> import_configd(const std::vector<SourceFile>& files,
                                 const ProgramExists& exists) {
  ConfigdImport import(exists);
  for (const SourceFile& file : files) {
    if (const auto read = import.read(file); !read) return tl::unexpected(read.error());
  }
  return import.finish();
}

}  // namespace mgr::client
