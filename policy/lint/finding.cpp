// mgr-configure and mgrctl, pure.
#include "policy/lint/finding.h"

#include <algorithm>
#include <array>

namespace mgr {
namespace {

using enum Severity;

constexpr std::array codes = std::to_array<FindingCode>({
    {"interpreter-code", danger,
     "write a script, name its path in `command`, and give it the value as an argument"},
    {"interpreter-script", danger,
     "name the script in `command`; where there are several, an action for each"},
    {"interpreter-argument", weak,
     "put the code in a script of root's, which quotes what it is given, or narrow the `pattern`"},
    {"runner-argument", danger, "name the program in `command`; give a choice the type enum"},
    {"option-injection", danger,
     "make the value an element of its own, or give it the type enum or a narrow `pattern`"},
    {"escape-program", danger,
     "give the value a narrow `pattern` or the type enum, or use a program that cannot do that"},
    {"unguarded-operand", weak, "put \"--\" before the value, and give it a narrow `pattern`"},
    {"root-path", danger, "run it as a user of its own, to whom the files belong"},
    {"root-free-text", danger, "give the value a narrow `pattern`, or run it as another user"},
    {"root-capability", danger, "name a narrower capability, or count this action as root's"},
    {"root-group", danger, "leave the group out, or count this action as root's"},
    {"privileges-kept", weak,
     "leave no_new_privileges on, and give what it needs by user and capabilities"},
    {"env-loads-code", danger, "leave the variable out, or set it in a script that root owns"},
    {"secret-in-env", weak, "keep it in a file that the command's user may read, or take a secret"},
    {"loose-command", danger, "chown root, chmod go-w: the file, and each folder above it"},
    {"loose-script", danger, "chown root, chmod go-w: the file, and each folder above it"},
    {"loose-interpreter", danger, "chown root, chmod go-w: the file, and each folder above it"},
    {"loose-cwd", danger, "run it in a folder that is root's, such as /"},
    {"loose-file", weak, "move it to where root alone, or the action's own user, may write"},
    {"loose-root", weak, "let the folders above the root be root's alone"},
    {"missing-command", dead, "install the program, or take the action out"},
    {"missing-file", dead, "put it there, or take the action out"},
    {"not-looked-at", weak, "run it as root, so that everything can be looked at"},
    {"anyone-allowed", danger, "name a principal; `anyone` is everybody, over the network too"},
    {"admin-action", weak, "leave it to root and to the group of the admins"},
    {"wide-jobs", weak, "jobs = \"own\", or \"claimed\" for a page that acts for several people"},
    {"shell-unit", danger,
     "leave the unit out of the rule, or say in its `where` which units it means"},
    {"ending-unit", weak, "leave the unit out; give shutdown to whom it is meant for"},
    {"forced-shutdown", weak,
     "where = { wait_for_jobs = \"yes\" }, or a [[deny]] for them with where = { force = \"yes\" "
     "}"},
    {"unsigned-shutdown", weak, "min_proof = \"signed\", and keys for whom a rule allows it"},
    {"open-mail", weak, "where = { to = [\"root\"] }, and a rate"},
    {"unreachable-allow", dead, "take it out, or move it before the rule that decides"},
    {"idle-deny", dead, "take it out, or see whom and what it should be about"},
    {"rule-for-nobody", dead, "correct the names of users and groups, or create them"},
    {"proof-nobody-gives", dead, "give the principal a key, or lower the action's min_proof"},
    {"unused-key", dead, "name it as `key` of a principal, or take its record out"},
    {"revoked-key", dead, "take it out of the principal, and leave its record where it is"},
    {"unknown-name", dead, "correct the name, or install what brings the module"},
    {"idle-condition", dead, "correct the condition, or split the rule by action"},
    {"silence-unused", dead, "take the comment out"},
    {"silence-unknown", dead, "correct the code; mgrctl(1) lists them"},
    {"silence-without-reason", weak, "say in the comment, behind the codes, why it is right here"},
});

}  // namespace

std::span<const FindingCode> all_codes() { return codes; }

const FindingCode* find_code(std::string_view name) {
  const auto found = std::ranges::find(codes, name, &FindingCode::name);
  return found == codes.end() ? nullptr : &*found;
}

std::string_view severity_name(Severity severity) {
  switch (severity) {
    case danger:
      return "danger";
    case weak:
      return "weak";
    case dead:
      break;
  }
  return "dead";
}

}  // namespace mgr
