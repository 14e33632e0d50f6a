// mgrctl, with the caller's own uid; distrusts the files.
#include "client/import/sudoers.h"

#include <algorithm>
#include <map>
#include <set>

#include "client/import/names.h"
#include "client/import/sudo_action.h"
#include "client/import/sudo_notes.h"
#include "client/import/sudo_people.h"
#include "policy/policy.h"

namespace mgr::client {
namespace {

constexpr std::size_t most_commands = 20000;
constexpr std::size_t most_comparisons = 20'000'000;  // of what is behind ! with an action

class SudoersImport {
 public:
  SudoersImport(const Sudoers& sudoers, const std::string& host, const ProgramExists& exists)
      : sudoers_(sudoers), host_(host), exists_(exists), people_(sudoers) {
    module_.name = "sudo";
    module_.summary = "Imported from sudoers";
    module_.head = {
        "Each runs in / with mgr's own environment, without a terminal and with nothing on its "
        "standard input; its answer is what it prints. sudo has no timeout of an hour."};
    is_password_off_ = is_password_off(sudoers);
  }

  // Nothing where there are too many commands.
  std::optional<Imported> import(const std::vector<SourceFile>& files) {
    result_.format = "sudoers";
    result_.asides = notes_on(sudoers_, files);
    for (const SudoSpec& spec : sudoers_.specs) {
      take(spec);
      if (commands_ > most_commands) return std::nullopt;
    }
    if (comparisons() > most_comparisons) return std::nullopt;
    for (const Denial& denial : denials_) deny(denial);
    tell_password();
    result_.principals = std::move(people_).principals();
    if (!module_.actions.empty()) result_.modules = {std::move(module_)};
    return std::move(result_);
  }

 private:
  struct Denial {
    Source source;
    SudoWho who;
    std::vector<SudoCommand> commands;
  };

  // A command of a spec with its aliases in place.
  struct Plain {
    const SudoCommand* command;
    bool negated;
  };

  void take(const SudoSpec& spec) {
    const HostFit fit = fit_host(sudoers_, spec.hosts, host_);
    if (fit == HostFit::no) {
      return tell(spec.source, "is for another host (" + text_of(spec.hosts) + "): left out");
    }
    if (is_root_alone(spec)) {
      return tell(spec.source, "root needs no rule to do all", false);
    }
    if (fit == HostFit::perhaps) {
      tell(spec.source, "is for this host or for others (" + text_of(spec.hosts) +
                            "): what it allows is left out, and what it denies is denied");
    }
    ImportedRule rule;
    rule.source = spec.source;
    rule.module = module_.name;
    Denial denial{spec.source, {}, {}};
    for (const SudoGrant& grant : spec.grants) {
      for (const Plain& plain : plain_commands(grant)) {
        if (plain.negated) {
          denial.commands.push_back(*plain.command);
        } else if (fit == HostFit::yes) {
          take(*plain.command, grant.terms, rule);
        }
      }
    }
    if (rule.actions.empty() && denial.commands.empty()) return;
    const SudoWho who = people_.who(spec.users, spec.source);
    rule.who = who.names;
    for (const std::string& reason : who.needs) need(rule.remarks, reason);
    if (who.leaves_somebody_out) {
      need(rule.remarks, "leaves somebody out (!), which an [[allow]] cannot say");
    }
    rule.is_sketch = who.leaves_somebody_out || who.names.empty();
    denial.who = who;
    if (!rule.actions.empty()) result_.rules.push_back(std::move(rule));
    if (!denial.commands.empty()) denials_.push_back(std::move(denial));
  }

  static bool is_root_alone(const SudoSpec& spec) {
    return spec.users.size() == 1 && !spec.users[0].negated &&
           (spec.users[0].text == "root" || spec.users[0].text == "#0") &&
           std::ranges::all_of(spec.grants, [](const SudoGrant& grant) {
             return grant.command.program.text == "ALL" && !grant.command.negated;
           });
  }

  std::vector<Plain> plain_commands(const SudoGrant& grant) {
    std::vector<Plain> commands;
    std::set<std::string> open;
    expand(grant.command, false, open, commands);
    return commands;
  }

  void take(const SudoCommand& command, const SudoTerms& terms, ImportedRule& rule) {
    const SudoRunasUsers runas = runas_users(sudoers_, terms);
    if (runas.users.empty()) tell(rule.source, "`" + command.text + "`: " + runas.need);
    for (const std::string& user : runas.users) {
      if (&user != runas.users.data() && ++commands_ > most_commands) return;
      take(command, terms, {user, runas.note}, rule);
    }
  }

  void expand(const SudoCommand& command, bool negated, std::set<std::string>& open,
              std::vector<Plain>& into) {
    if (++commands_ > most_commands) return;  // aliases count too: they may hold each other alone
    const bool is_negated = negated != command.negated;
    const auto alias = sudoers_.commands.find(command.program.text);
    if (alias == sudoers_.commands.end() || !command.words.empty()) {
      return into.push_back({&command, is_negated});
    }
    if (!open.insert(alias->first).second) return;
    for (const SudoCommand& member : alias->second.members) expand(member, is_negated, open, into);
    open.erase(alias->first);
  }

  struct RunUser {
    const std::string& name;
    const std::string& note;
  };

  void take(const SudoCommand& command, const SudoTerms& given, const RunUser& user,
            ImportedRule& rule) {
    SudoTerms terms = given;
    if (!terms.password && is_password_off_) terms.password = false;
    auto action = sudo_action(command, terms, user.name, exists_);
    if (!action) return tell(rule.source, "`" + command.text + "`: " + action.error());
    action->source = {rule.source.file, command.line};
    const std::string words =
        action_words(*action) + (user.name == "root" ? "" : " as " + user.name);
    action->name = names_.name_of(key_of(*action), words);
    if (!user.note.empty()) action->remarks.notes.push_back(user.note);
    const ImportedAction& kept = keep(std::move(*action));
    const bool is_new = std::ranges::find(rule.actions, kept.name) == rule.actions.end();
    if (is_new && !kept.is_sketch) rule.actions.push_back(kept.name);
  }

  // Equal ones are one action, which is as careful as the most careful of them.
  const ImportedAction& keep(ImportedAction action) {
    const auto [found, is_new] = places_.try_emplace(action.name, module_.actions.size());
    if (is_new) return module_.actions.emplace_back(std::move(action));
    ImportedAction& kept = module_.actions[found->second];
    kept.confirm = kept.confirm || action.confirm;
    for (const std::string& reason : action.remarks.needs) need(kept.remarks, reason);
    return kept;
  }

  static std::string key_of(const ImportedAction& action) {
    std::string key = action.is_sketch ? "sketch" : "action";
    for (const std::string* part : {&action.user, &action.cwd, &action.timeout}) {
      key += '\0' + *part;
    }
    for (const std::string& word : action.command) key += '\0' + word;
    return key;
  }

  std::size_t comparisons() const {
    std::size_t commands = 0;
    for (const Denial& denial : denials_) commands += denial.commands.size();
    return commands * module_.actions.size();
  }

  void deny(const Denial& denial) {
    ImportedRule rule;
    rule.source = denial.source;
    rule.allow = false;
    rule.module = module_.name;
    rule.who = denial.who.names;
    for (const ImportedAction& action : module_.actions) {
      const bool is_meant = std::ranges::any_of(
          denial.commands, [&](const SudoCommand& command) { return covers(command, action); });
      if (is_meant && !action.is_sketch) rule.actions.push_back(action.name);
    }
    if (rule.actions.empty()) {
      return tell(denial.source,
                  "what stands behind ! is denied by mgr anyway, as all is that no "
                  "rule allows; in sudo a renamed copy gets around it",
                  false);
    }
    rule.remarks.notes.emplace_back(
        "Behind ! in sudoers. Here a [[deny]] wins over every [[allow]], wherever it stands.");
    for (const std::string& reason : denial.who.needs) need(rule.remarks, reason);
    if (!rule.remarks.needs.empty()) {
      rule.who = {anyone_principal};
      need(rule.remarks, "until somebody says whom it means, everybody is denied");
    }
    rule.is_sketch = rule.who.empty();
    if (denial.who.leaves_somebody_out) {
      need(rule.remarks, "sudo leaves somebody out of this denial (!), and here nobody is");
    }
    result_.rules.push_back(std::move(rule));
  }

  void tell_password() {
    const auto first = std::ranges::find(module_.actions, true, &ImportedAction::confirm);
    if (first == module_.actions.end()) return;
    tell(first->source,
         "sudo asks for a password before the actions that have confirm = true, and mgr for none: "
         "whatever runs as these users can ask. confirm = true only wants a client to say that it "
         "means it (mgrctl asks the person, or takes --yes)");
  }

  void tell(const Source& source, std::string text, bool needs_human = true) {
    result_.asides.push_back({source, std::move(text), needs_human});
  }

  const Sudoers& sudoers_;
  const std::string& host_;
  const ProgramExists& exists_;
  SudoPeople people_;
  bool is_password_off_ = false;
  NameBook names_{"run"};
  ImportedModule module_;
  std::map<std::string, std::size_t> places_;
  std::vector<Denial> denials_;
  std::size_t commands_ = 0;
  Imported result_;
};

}  // namespace

Outcome<Imported> import_sudoers(const std::vector<SourceFile>& files, const std::string& host,
                                 const ProgramExists& exists) {
  Sudoers sudoers;
  for (const SourceFile& file : files) {
    const std::size_t good = sudoers.good_lines, bad = sudoers.mistakes.size();
    parse_sudoers(file, sudoers);
    if (sudoers.good_lines == good && sudoers.mistakes.size() > bad) {
      const Aside& mistake = sudoers.mistakes[bad];
      return failed(Failure::Kind::invalid_request, place(mistake.source) + ": " + mistake.text);
    }
  }
  auto imported = SudoersImport(sudoers, host, exists).import(files);
  if (imported) return std::move(*imported);
  return failed(Failure::Kind::invalid_request,
                "they hold too many commands (20000, with their aliases in place; fewer where many "
                "are behind !)");
}

}  // namespace mgr::client
