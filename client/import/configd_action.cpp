// mgrctl, with the caller's own uid; distrusts the file.
#include "client/import/configd_action.h"

#include <algorithm>
#include <array>

#include "client/display.h"
#include "client/import/shell_words.h"

namespace mgr::client {
namespace {

constexpr std::size_t longest_summary = 120;
constexpr std::int64_t longest_argument = 128;
constexpr std::size_t most_words = 200;  // of a command; each may be an argument
constexpr const char* careful_pattern = "[A-Za-z0-9_.:-]+";
constexpr int most_cache_seconds = 86400;
constexpr std::array<std::string_view, 9> known_keys{
    "command", "parameters", "type",           "message",       "description",
    "errors",  "cache_ttl",  "allowed_groups", "disable_prompt"};

std::string value_of(const IniSection& section, std::string_view key) {
  const std::string* value = find_value(section, key);
  return value == nullptr ? "" : *value;
}

std::string without_markers(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find("%s"), text.size());
    result += text.substr(0, end);
    text.remove_prefix(std::min(end + 2, text.size()));
  }
  return result;
}

class ActionBuilder {
 public:
  ActionBuilder(const IniSection& section, const std::string& file) : section_(section) {
    action_.source = {file, section.line};
    action_.user = "root";
  }

  ImportedAction build(const ProgramExists& exists) {
    check_keys();
    read_summary();
    read_type();
    read_cache();
    if (is_inline_) return std::move(action_);
    read_command();
    check_command(action_, exists);
    if (action_.mode.empty()) action_.is_sketch = true;
    return std::move(action_);
  }

 private:
  void check_keys() {
    for (auto entry = section_.entries.begin(); entry != section_.entries.end(); ++entry) {
      const bool is_second = std::find_if(section_.entries.begin(), entry, [&](const auto& other) {
                               return other.key == entry->key;
                             }) != entry;
      if (is_second) sketch("has '" + entry->key + "' twice");
      if (std::ranges::find(known_keys, entry->key) == known_keys.end()) {
        action_.remarks.notes.push_back("'" + entry->key + "' means nothing to mgr: left out.");
      }
    }
    if (value_of(section_, "errors") == "no") {
      action_.remarks.notes.push_back("errors:no is left out: mgr keeps what a command prints.");
    }
  }

  void read_summary() {
    std::string text = value_of(section_, "description");
    if (text.empty()) text = value_of(section_, "message");
    text = without_markers(text);
    const std::size_t end = text.find_last_not_of(" \n");
    text.erase(end == text.npos ? 0 : end + 1);
    action_.summary = shortened(text, longest_summary);
  }

  void read_type() {
    const std::string type = value_of(section_, "type");
    if (type == "script") {
      action_.mode = "job";
    } else if (type == "script_output") {
      action_.mode = "output";
    } else if (type == "stream_output") {
      action_.mode = "stream";
    } else if (type == "inline") {
      sketch("type inline runs a function inside configd, not a program");
      is_inline_ = true;
    } else {
      sketch(type.empty() ? "has no type" : "is of the type '" + type + "', unknown here");
    }
  }

  void read_cache() {
    const std::string ttl = value_of(section_, "cache_ttl");
    if (ttl.empty() || ttl.find_first_not_of('0') == ttl.npos) return;
    const bool is_number = ttl.size() <= 5 && ttl.find_first_not_of("0123456789") == ttl.npos;
    if (!is_number || std::stoi(ttl) > most_cache_seconds) {
      need(action_.remarks, "cache_ttl is no number of seconds up to a day: left out");
    } else if (action_.mode != "output") {
      action_.remarks.notes.emplace_back("cache_ttl is for what answers with output: left out.");
    } else {
      action_.cache = std::to_string(std::stoi(ttl)) + "s";
    }
  }

  void read_command() {
    const std::string command = value_of(section_, "command");
    const std::string parameters = value_of(section_, "parameters");
    if (command.empty()) return sketch("has no command");
    const ShellLine program = split_shell_words(command);
    const ShellLine rest = split_shell_words(parameters);
    for (const ShellLine* line : {&program, &rest}) {
      for (const std::string& what : line->shell_only) say_shell(what, command, parameters);
    }
    if (is_for_a_shell_) return;
    if (program.words.size() + rest.words.size() > most_words) {
      return sketch("its command has more than 200 words");
    }
    for (const ShellWord& word : program.words) action_.command.push_back(word.text);
    is_formatted_ = parameters.find("%s") != parameters.npos;
    for (const ShellWord& word : rest.words) add_parameter(word);
  }

  void say_shell(const std::string& what, const std::string& command,
                 const std::string& parameters) {
    if (!is_for_a_shell_) {
      sketch("only a shell can run `" + command + (parameters.empty() ? "" : " ") + parameters +
             "`; put it into a script of root's and name that");
    }
    is_for_a_shell_ = true;
    need(action_.remarks, "it has " + what);
  }

  void add_parameter(const ShellWord& word) {
    if (!is_formatted_) return action_.command.push_back(word.text);
    if (word.text == "%s" && !word.is_quoted) return action_.command.push_back(new_argument());
    if (word.is_quoted && word.text.find("%s") != std::string::npos) {
      sketch("%s in quotes: what configd put there left them");
    }
    std::string text;
    for (std::size_t at = 0; at < word.text.size(); ++at) {
      const char next = at + 1 < word.text.size() ? word.text[at + 1] : '\0';
      if (word.text[at] != '%') {
        text.push_back(word.text[at]);
        continue;
      }
      ++at;
      if (next == 's') {
        sketch("%s inside the word `" + word.text + "`");
        text += new_argument();
      } else if (next == '%') {
        text.push_back('%');
      } else {
        sketch("a % in `" + word.text + "` that is no %s");
      }
    }
    action_.command.push_back(std::move(text));
  }

  std::string new_argument() {
    const std::string name = "arg" + std::to_string(action_.arguments.size() + 1);
    action_.arguments.push_back({name, "string", careful_pattern, {}, longest_argument});
    return '{' + name + '}';
  }

  void sketch(std::string why) {
    need(action_.remarks, std::move(why));
    action_.is_sketch = true;
  }

  const IniSection& section_;
  ImportedAction action_;
  bool is_inline_ = false;
  bool is_for_a_shell_ = false;
  bool is_formatted_ = false;
};

// The parts of `text`, without the spaces around them and without empty ones.
std::vector<std::string> parts_of(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    std::string_view part = text.substr(0, end);
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    if (!part.empty()) parts.emplace_back(part);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

}  // namespace

ImportedAction configd_action(const IniSection& section, const std::string& file,
                              const ProgramExists& exists) {
  return ActionBuilder(section, file).build(exists);
}

std::vector<std::string> allowed_groups(const IniSection& section) {
  const std::string value = value_of(section, "allowed_groups");
  std::vector<std::string> groups;
  std::string_view rest = value;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    if (end > 0) groups.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return groups;
}

std::vector<std::string> configd_names(const IniSection& section) {
  const std::size_t dot = section.name.find('.');
  std::string second;
  if (dot != section.name.npos) {
    const std::size_t end = section.name.find('.', dot + 1);
    second = section.name.substr(dot, end == section.name.npos ? end : end - dot);
  }
  std::vector<std::string> names = parts_of(std::string_view(section.name).substr(0, dot), '|');
  for (std::string& name : names) name += second;
  if (names.empty()) names.push_back(section.name);
  return names;
}

}  // namespace mgr::client
