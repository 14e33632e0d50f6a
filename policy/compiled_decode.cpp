// mgr-helper, root. Reads what its own child, mgr-configure, wrote; bounds-checked all the same.
#include "policy/compiled.h"
#include "protocol/root_language.h"
#include "protocol/wire.h"

namespace mgr {
namespace {

constexpr std::size_t max_text = max_settings_length;
constexpr std::size_t max_items = 1 << 20;

// As many items as the count says, each read by `read`; stops at the first failure of the cursor.
template <typename Read>
auto read_list(Cursor& in, Read read) {
  std::vector<decltype(read())> list;
  const std::size_t count = in.count(max_items, 4);
  for (std::size_t i = 0; i < count && in.ok(); ++i) list.push_back(read());
  return list;
}

std::string read_text(Cursor& in) {
  return std::string(in.text(max_text));
}
std::int64_t read_number(Cursor& in) {
  return static_cast<std::int64_t>(in.u64());
}
bool read_bool(Cursor& in) {
  return in.u8() != 0;
}

std::vector<std::string> read_texts(Cursor& in) {
  return read_list(in, [&] { return read_text(in); });
}

std::vector<unsigned> read_ids(Cursor& in) {
  return read_list(in, [&] { return in.u32(); });
}

// Braced initialisers are evaluated left to right, in the order of the members.
Principal read_principal(Cursor& in) {
  std::string name = read_text(in);
  const bool is_anyone = read_bool(in);
  return {std::move(name), read_ids(in), read_ids(in), read_ids(in), is_anyone};
}

Condition read_condition(Cursor& in) {
  return {read_text(in), read_list(in, [&] {
            return IntegerRange{read_number(in), read_number(in)};
          })};
}

Rule read_rule(Cursor& in) {
  Rule rule;
  rule.allow = read_bool(in);
  rule.jobs = static_cast<JobScope>(in.u8());
  rule.file = read_text(in);
  rule.line = in.u32();
  rule.who = read_list(in, [&] { return std::size_t{in.u32()}; });
  rule.modules = read_texts(in);
  rule.actions = read_texts(in);
  rule.where = read_list(in, [&] { return read_condition(in); });
  return rule;
}

Argument read_argument(Cursor& in) {
  Argument argument{read_text(in), {}, true, read_text(in)};
  argument.required = read_bool(in);
  const auto kind = static_cast<TypeKind>(in.u8());
  const bool is_list = read_bool(in);
  argument.type = {kind,           is_list,  read_number(in), read_number(in),
                   read_texts(in), in.u64(), in.u64()};
  return argument;
}

RunSettings read_run_settings(Cursor& in) {
  RunSettings run;
  run.command = read_texts(in);
  run.user = read_text(in);
  run.uid = in.u32();
  run.gid = in.u32();
  run.groups = read_ids(in);
  run.cwd = read_text(in);
  run.env = read_list(in, [&] {
    return std::pair<std::string, std::string>{read_text(in), read_text(in)};
  });
  run.umask = in.u32();
  run.nice = static_cast<int>(read_number(in));
  run.timeout = std::chrono::milliseconds(read_number(in));
  run.stop_grace = std::chrono::milliseconds(read_number(in));
  run.no_new_privileges = read_bool(in);
  return run;
}

DeclaredAction read_action(Cursor& in) {
  DeclaredAction action{read_text(in), read_text(in), {}, {}, read_text(in), in.u32()};
  action.arguments = read_list(in, [&] { return read_argument(in); });
  action.run = read_run_settings(in);
  return action;
}

DeclaredModule read_module(Cursor& in) {
  DeclaredModule module{read_text(in), read_text(in), {}, read_text(in), in.u32()};
  module.actions = read_list(in, [&] { return read_action(in); });
  return module;
}

// A rule names principals by their index.
bool is_sound(const Policy& policy) {
  for (const Rule& rule : policy.rules) {
    for (const std::size_t who : rule.who) {
      if (who >= policy.principals.size()) return false;
    }
  }
  return !policy.principals.empty();
}

}  // namespace

std::optional<CompiledConfiguration> decode_configuration(std::string_view bytes) {
  Cursor in(bytes);
  if (in.text(max_text) != "mgr-configuration-1") return std::nullopt;
  CompiledConfiguration configuration;
  configuration.policy.principals = read_list(in, [&] { return read_principal(in); });
  configuration.policy.rules = read_list(in, [&] { return read_rule(in); });
  configuration.modules = read_list(in, [&] { return read_module(in); });
  configuration.broker_uid = in.u32();
  configuration.broker_gid = in.u32();
  configuration.job_uid = in.u32();
  configuration.job_gid = in.u32();
  const bool has_admins = read_bool(in);
  const gid_t admins = in.u32();
  if (has_admins) configuration.admin_gid = admins;
  configuration.cgroup = read_text(in);
  configuration.max_connections = in.u32();
  configuration.broker_settings = read_text(in);
  configuration.schema_json = read_text(in);
  if (!in.finished() || !is_sound(configuration.policy)) return std::nullopt;
  return configuration;
}

}  // namespace mgr
