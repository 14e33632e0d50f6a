// mgrctl, pure; distrusts whoever may ask for the action.
#include "policy/lint/settings.h"

#include <algorithm>
#include <array>

#include "policy/lint/element.h"
#include "policy/root_equivalent.h"

namespace mgr {
namespace {

// By ld.so(8), bash(1) and the manuals of the languages: code that runs in the command itself, or
// the program that it then starts.
constexpr auto loaders = std::to_array<std::string_view>({"LD_PRELOAD",
                                                          "LD_LIBRARY_PATH",
                                                          "LD_AUDIT",
                                                          "GCONV_PATH",
                                                          "BASH_ENV",
                                                          "ENV",
                                                          "IFS",
                                                          "PYTHONPATH",
                                                          "PYTHONHOME",
                                                          "PYTHONSTARTUP",
                                                          "PERL5LIB",
                                                          "PERLLIB",
                                                          "PERL5OPT",
                                                          "RUBYLIB",
                                                          "RUBYOPT",
                                                          "NODE_OPTIONS",
                                                          "NODE_PATH",
                                                          "LUA_PATH",
                                                          "LUA_CPATH",
                                                          "LUA_INIT",
                                                          "PHPRC",
                                                          "PHP_INI_SCAN_DIR",
                                                          "CLASSPATH",
                                                          "JAVA_TOOL_OPTIONS",
                                                          "GIT_SSH_COMMAND",
                                                          "GIT_EXEC_PATH",
                                                          "RSYNC_RSH",
                                                          "LESSOPEN",
                                                          "OPENSSL_CONF",
                                                          "OPENSSL_ENGINES",
                                                          "PAGER",
                                                          "EDITOR",
                                                          "VISUAL"});

constexpr auto secrets =
    std::to_array<std::string_view>({"PASSWORD", "PASSWD", "PASSPHRASE", "PASS", "TOKEN", "SECRET",
                                     "KEY", "APIKEY", "CREDENTIAL", "CREDENTIALS"});

bool smells_of_a_secret(std::string_view name) {
  if (name.ends_with("PASSWORD") || name == "MYSQL_PWD") return true;  // PGPASSWORD
  while (!name.empty()) {
    const std::string_view word = name.substr(0, name.find('_'));
    if (std::ranges::find(secrets, word) != secrets.end()) return true;
    name.remove_prefix(std::min(word.size() + 1, name.size()));
  }
  return false;
}

// Programs that show, and do nothing else: PAGER = "cat" keeps a pager away.
bool is_tame_program(std::string_view value) {
  const std::string_view name = program_name(value);
  return value.empty() || name == "cat" || name == "true" || name == "false";
}

class SettingsLint {
 public:
  SettingsLint(const DeclaredAction& action, std::vector<Finding>& findings)
      : action_(action), findings_(findings) {}

  void look() {
    const RunSettings& run = action_.run;
    const bool root = run.uid == 0;
    const bool as_good = has_root_equivalent(run.capabilities);
    if (as_good && !root) {
      add("root-capability", "its capabilities make " + run.user + " as good as root");
    }
    if (root || as_good) look_at_arguments();
    if (!run.no_new_privileges && !root) {
      add("privileges-kept",
          "no_new_privileges = false lets " + run.user +
              " gain what every set-user-ID program of the machine gives, root's rights too");
    }
    for (const std::string& line : run.environment) look_at_variable(line, root || as_good);
  }

 private:
  void look_at_arguments() {
    for (const Argument& argument : action_.arguments) {
      if (argument.type.kind == TypeKind::path) {
        add("root-path", "'" + argument.name +
                             "' is opened with root's rights: whatever lies below its roots, "
                             "whoever put it there, and whosesoever it is");
      } else if (is_free(argument.type)) {
        add("root-free-text",
            "'" + argument.name +
                "' is a text that no pattern narrows, and a command of root's reads it: what it "
                "makes of a name, a space or a '=' is all that protects the machine");
      }
    }
    for (const std::string& element : action_.run.argv) look_at_file_name(element);
  }

  void look_at_file_name(const std::string& element) {
    const Argument* argument = find_file_name(action_, element);
    if (argument == nullptr || is_free(argument->type)) return;
    add("root-free-text",
        "'" + argument->name + "' may be the name of any file where it stands, '" + element +
            "', through a '/' or '..', and a command of root's reads it; a type path, or a pattern "
            "without them, keeps it in its place");
  }

  void look_at_variable(std::string_view line, bool root) {
    const auto equals = line.find('=');
    const std::string name(line.substr(0, equals));
    const std::string_view value = line.substr(equals + 1);
    if (root && name != "PATH" && loads_code(name) && !is_tame_program(value)) {
      add("env-loads-code",
          name + " decides what code runs in the command, with root's rights, or next to it");
    }
    // A path is where a secret is, and not the secret.
    if (smells_of_a_secret(name) && !value.empty() && !value.starts_with('/')) {
      add("secret-in-env", name +
                               " looks like a secret: a dry run shows it to whoever may run the "
                               "action, and `mgr policy` to whoever may read the policy");
    }
  }

  void add(const char* code, std::string text) {
    findings_.push_back({code, action_.file, action_.line, std::move(text)});
  }

  const DeclaredAction& action_;
  std::vector<Finding>& findings_;
};

}  // namespace

void lint_settings(const DeclaredAction& action, std::vector<Finding>& findings) {
  SettingsLint(action, findings).look();
}

bool loads_code(std::string_view variable) {
  return variable == "PATH" || std::ranges::find(loaders, variable) != loaders.end();
}

std::string_view variable(const RunSettings& run, std::string_view name) {
  for (const std::string_view line : run.environment) {
    if (line.starts_with(name) && line.substr(name.size()).starts_with('=')) {
      return line.substr(name.size() + 1);
    }
  }
  return {};
}

}  // namespace mgr
