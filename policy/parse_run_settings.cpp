// mgr-configure (root); reads root's own files, and distrusts their author's typing.
#include <algorithm>
#include <charconv>

#include "policy/parse_action.h"
#include "protocol/text.h"

namespace mgr {
namespace {

using namespace std::chrono_literals;
constexpr std::chrono::milliseconds longest = 24h * 366;

bool is_input(const Argument& argument) {
  return argument.type.kind == TypeKind::secret || argument.type.kind == TypeKind::blob;
}

// What is wrong with the placeholders of one element of a command; "" for nothing. Reads braces as
// expand_command of modules/command.h does: no brace is literal.
std::string placeholder_error(std::string_view element, const std::vector<Argument>& arguments) {
  for (std::size_t open = element.find('{'); open != element.npos;) {
    const std::size_t close = element.find('}', open);
    if (close == element.npos) return "has a '{' without '}'";
    std::string_view name = element.substr(open + 1, close - open - 1);
    const bool is_spread = name.ends_with("...");
    if (is_spread) name.remove_suffix(3);
    const auto argument = std::ranges::find(arguments, name, &Argument::name);
    if (argument == arguments.end()) {
      return "names '" + std::string(name) + "', which is no argument of this action";
    }
    if (is_input(*argument)) {
      return "names '" + std::string(name) + "', which reaches the command by its input alone";
    }
    const bool is_element = open == 0 && close + 1 == element.size();
    if (is_spread && !is_element) return "has a '{name...}' that is not an element of its own";
    if (!argument->required && !is_element) {
      return "names '" + std::string(name) +
             "', which may be left out: give it an element of its own, or set required = true";
    }
    if (is_spread && !argument->type.is_list) {
      return "spreads '" + std::string(name) + "', which is not a list";
    }
    open = element.find('{', close);
  }
  return "";
}

// Left out, it would let what stands behind it move into its place, and past what the policy says
// of it. Elements are right by now.
bool leaves_a_gap(std::string_view element, const std::vector<Argument>& arguments) {
  return std::ranges::any_of(arguments, [&](const Argument& argument) {
    return !argument.required && is_all_of(element, argument);
  });
}

std::vector<std::string> read_command(TableReader& table, const std::vector<Argument>& arguments) {
  std::vector<std::string> command = table.texts_required("command");
  if (command.empty()) return command;
  // Which program runs is never the client's choice.
  if (!command.front().starts_with('/') || command.front().find('{') != std::string::npos) {
    table.error("command", "must begin with the absolute path of a program");
  }
  std::string gap;
  for (const std::string& element : command) {
    const std::string wrong = arguments.empty() ? "" : placeholder_error(element, arguments);
    if (!wrong.empty()) table.error("command", wrong);
    if (!gap.empty() && element.find('{') != std::string::npos) {
      table.error("command", "has " + element + " behind " + gap +
                                 ", which may be left out: it would move into its place");
    }
    if (leaves_a_gap(element, arguments)) gap = element;
  }
  return command;
}

// Reads user, group and groups into `run`; leaves uid -1 where one of them is unknown.
void read_identity(TableReader& table, UserDatabase& users, RunSettings& run) {
  bool known = true;
  const auto found = [&](const auto& answer, std::string_view key, const std::string& name) {
    if (!answer) {
      table.error(key, answer.error().detail);
    } else if (!*answer) {
      table.warn(key, "names '" + name + "', unknown here: the action will be refused");
    }
    known = known && answer && *answer;
    return answer && *answer;
  };
  run.user = table.text("user", run.user);
  const auto user = users.user(run.user);
  if (found(user, "user", run.user)) run.gid = (*user)->gid;
  if (const std::string name = table.text("group"); !name.empty()) {
    const auto group = users.group(name);
    if (found(group, "group", name)) run.gid = **group;
  }
  if (table.find("groups") != nullptr) {
    for (const std::string& name : table.texts("groups")) {
      const auto group = users.group(name);
      if (found(group, "groups", name)) run.groups.push_back(**group);
    }
  } else if (known) {
    auto groups = users.groups_of(run.user, (*user)->gid);
    if (!groups) return table.error("user", groups.error().detail);
    run.groups = std::move(*groups);
  }
  if (known) run.uid = (*user)->uid;
}

bool is_variable_name(std::string_view name) {
  const auto is_letter = [](char c) {
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return !name.empty() && is_letter(name.front()) &&
         std::ranges::all_of(name, [&](char c) { return is_letter(c) || is_digit(c); });
}

// mgr's own variables, then the action's.
std::vector<std::string> read_environment(TableReader& table, const std::string& user) {
  std::vector<std::string> all{"PATH=/usr/sbin:/usr/bin:/sbin:/bin",
                               "LANG=C.UTF-8",
                               "HOME=/",
                               "USER=" + user,
                               "LOGNAME=" + user,
                               "SHELL=/bin/false"};
  for (const TomlValue& variable : table.members("env")) {
    if (!is_variable_name(variable.key)) table.error("env", "holds what is no variable's name");
    if (variable.kind != TomlValue::Kind::text) table.error("env", "must hold strings alone");
    const std::string front = variable.key + '=';
    std::erase_if(all, [&](const std::string& line) { return line.starts_with(front); });
    all.push_back(front + variable.text);
  }
  return all;
}

// One integer or a list of them.
std::vector<std::uint8_t> read_statuses(TableReader& table, std::string_view key,
                                        std::vector<std::uint8_t> otherwise) {
  const TomlValue* value = table.find(key);
  if (value == nullptr) return otherwise;
  std::vector<std::uint8_t> statuses;
  for (const TomlValue& status : elements(*value)) {
    const bool is_integer = status.kind == TomlValue::Kind::integer;
    if (!is_integer || status.integer < 0 || status.integer > 255) {
      table.error(key, "must be exit statuses, 0 to 255");
    }
    statuses.push_back(static_cast<std::uint8_t>(status.integer));
  }
  if (statuses.empty()) table.error(key, "must not be empty");
  return statuses;
}

// When it runs, and again.
void read_schedule(TableReader& table, RunSettings& run) {
  const auto number = [&](std::string_view key, std::uint32_t least, std::uint32_t most,
                          std::uint32_t& value) {
    value = static_cast<std::uint32_t>(table.integer(key, least, most, value));
  };
  run.timeout = table.duration("timeout", 1ms, longest, run.timeout);
  run.stop_grace = table.duration("stop_grace", 0ms, longest, run.stop_grace);
  number("max_running", 1, 100000, run.max_running);
  number("queue", 0, 100000, run.queue);
  run.lock = table.text("lock");
  if (table.find("lock") != nullptr && !is_name(run.lock)) {
    table.error("lock", "must be a name, a-z then a-z 0-9 _ - .");
  }
  number("retries", 0, 100, run.retries);
  run.retry_delay = table.duration("retry_delay", 0ms, 24h, run.retry_delay);
  run.success_exit = read_statuses(table, "success_exit", run.success_exit);
  run.retry_exit = read_statuses(table, "retry_exit", run.retry_exit);
  if (!run.retry_exit.empty() && run.retries == 0) {
    table.error("retry_exit", "is for retries alone");
  }
}

// How what it prints is answered.
void read_answer(TableReader& table, const std::vector<Argument>& arguments, RunSettings& run) {
  run.mode = read_word(table, "mode", run.mode);
  if (run.mode != RunMode::job && run.retries > 0) {
    table.error("retries", "is for mode \"job\" alone");
  }
  const std::string format = table.text("output_format", "text");
  if (format != "text" && format != "json") {
    table.error("output_format", "must be \"text\" or \"json\"");
  }
  run.json_output = format == "json";
  run.cache = table.duration("cache", 100ms, 24h, run.cache);
  for (const std::string_view key : {"output_format", "cache"}) {
    if (table.find(key) != nullptr && run.mode != RunMode::output) {
      table.error(key, "is for mode \"output\" alone");
    }
  }
  if (run.cache > 0ms && std::ranges::any_of(arguments, is_input)) {
    table.error("cache", "is not for an action with a secret or a blob");
  }
}

// What is taken from what it prints and tells.
void read_output(TableReader& table, RunSettings& run) {
  run.output_limit = table.size("output_limit", 4 << 10, 1 << 30, run.output_limit);
  run.progress = table.boolean("progress", run.progress);
  const auto is_progress = [](const std::string& line) {
    return line.starts_with("MGR_PROGRESS_FD=");
  };
  if (std::ranges::any_of(run.environment, is_progress)) {
    table.error("env", "must not set MGR_PROGRESS_FD: progress = true does");
  }
  if (run.progress) run.environment.emplace_back("MGR_PROGRESS_FD=3");
}

// "077" or 0o077. A plain 77 would be 0o115, which nobody means.
mode_t read_umask(TableReader& table, mode_t otherwise) {
  const TomlValue* value = table.find("umask");
  if (value == nullptr) return otherwise;
  std::int64_t mask = value->is_octal ? value->integer : -1;
  if (value->kind == TomlValue::Kind::text) {
    const char* const end = value->text.data() + value->text.size();
    const auto parsed = std::from_chars(value->text.data(), end, mask, 8);
    if (parsed.ec != std::errc() || parsed.ptr != end) mask = -1;
  }
  if (mask >= 0 && mask <= 0777) return static_cast<mode_t>(mask);
  table.error("umask", "must be octal, such as \"077\"");
  return otherwise;
}

// What its arguments ask of its settings.
void check_against(TableReader& table, const std::vector<Argument>& arguments,
                   const RunSettings& run) {
  constexpr std::uint32_t least_for_paths = 128;  // first_path_descriptor, a list of 64, and ours
  const auto has = [&](TypeKind kind) {
    return std::ranges::any_of(
        arguments, [kind](const Argument& argument) { return argument.type.kind == kind; });
  };
  if (has(TypeKind::secret) && run.retries > 0) {
    table.error("retries", "must be 0 where an argument is a secret: it is not kept");
  }
  if (has(TypeKind::path) && run.open_files > 0 && run.open_files < least_for_paths) {
    table.error("open_files", "must be at least 128 where an argument is a path");
  }
}

}  // namespace

RunSettings read_run_settings(TableReader& table, const std::vector<Argument>& arguments,
                              UserDatabase& users) {
  RunSettings run;
  run.argv = read_command(table, arguments);
  read_identity(table, users, run);
  run.cwd = table.text("cwd", run.cwd);
  if (!run.cwd.starts_with('/')) table.error("cwd", "must be an absolute path");
  run.environment = read_environment(table, run.user);
  run.umask = read_umask(table, run.umask);
  run.nice = static_cast<int>(table.integer("nice", -20, 19, run.nice));
  read_schedule(table, run);
  read_answer(table, arguments, run);
  read_output(table, run);
  read_confinement(table, run);
  check_against(table, arguments, run);
  return run;
}

}  // namespace mgr
