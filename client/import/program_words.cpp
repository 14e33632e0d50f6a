// mgrctl, with the caller's own uid; distrusts the texts.
#include "client/import/program_words.h"

#include <algorithm>
#include <array>

#include "protocol/text.h"

namespace mgr::client {
namespace {

constexpr std::array<std::string_view, 3> nobodies{"nobody", "nogroup", "nfsnobody"};
constexpr std::size_t longest_account = 64;

bool has_brace(const std::string& word) { return word.find_first_of("{}") != word.npos; }

// Whether what stands in the word's braces is arguments alone.
bool names_arguments_alone(std::string word, const ImportedAction& action) {
  for (const ImportedArgument& argument : action.arguments) {
    const std::string braced = '{' + argument.name + '}';
    for (auto at = word.find(braced); at != word.npos; at = word.find(braced)) {
      word.erase(at, braced.size());
    }
  }
  return !has_brace(word);
}

}  // namespace

void check_command(ImportedAction& action, const ProgramExists& exists) {
  if (action.command.empty()) {
    action.is_sketch = true;
    return;
  }
  const auto refuse = [&](const char* why) {
    need(action.remarks, why);
    action.is_sketch = true;
  };
  if (!std::ranges::all_of(action.command, [](const auto& word) { return is_value(word); })) {
    refuse("its command holds control characters, or what is no UTF-8");
    action.command.clear();
    return;
  }
  const std::string& program = action.command.front();
  if (!program.starts_with('/')) {
    refuse("its program has no absolute path: which one it would be, the PATH decided");
  } else if (program.ends_with('/')) {
    refuse("its program is a folder");
  } else if (has_brace(program)) {
    refuse("its program has a brace in its path");
  } else if (!exists(program)) {
    action.remarks.notes.push_back(program + " is not on this machine.");
  }
  const bool has_strange_brace = std::ranges::any_of(
      action.command, [&](const auto& word) { return !names_arguments_alone(word, action); });
  if (!action.arguments.empty() && has_strange_brace) {
    refuse("its command has braces, which stand for arguments here");
  }
}

bool is_account_name(std::string_view name) {
  return !name.empty() && name.size() <= longest_account && is_value(name) &&
         std::ranges::find(nobodies, name) == nobodies.end() &&
         name.find_first_of(":/") == name.npos;
}

std::string place(const Source& source) { return source.file + ":" + std::to_string(source.line); }

void need(Remarks& remarks, std::string reason) {
  if (std::ranges::find(remarks.needs, reason) == remarks.needs.end()) {
    remarks.needs.push_back(std::move(reason));
  }
}

ImportCount count_of(const Imported& imported) {
  ImportCount count;
  const auto look = [&](const auto& thing) {
    if (!thing.remarks.needs.empty()) ++count.humans;
  };
  for (const ImportedModule& module : imported.modules) {
    std::ranges::for_each(module.actions, look);
    count.actions += static_cast<std::size_t>(
        std::ranges::count(module.actions, false, &ImportedAction::is_sketch));
  }
  std::ranges::for_each(imported.principals, look);
  std::ranges::for_each(imported.rules, look);
  count.rules =
      static_cast<std::size_t>(std::ranges::count(imported.rules, false, &ImportedRule::is_sketch));
  count.humans +=
      static_cast<std::size_t>(std::ranges::count(imported.asides, true, &Aside::needs_human));
  return count;
}

}  // namespace mgr::client
