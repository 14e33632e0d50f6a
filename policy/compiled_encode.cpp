// mgr-configure, root; what it encodes it has checked.
#include "policy/compiled.h"
#include "protocol/wire.h"

namespace mgr {
namespace {

template <typename List, typename Append>
void append_list(WireWriter& out, const List& list, Append append) {
  out.u32(static_cast<std::uint32_t>(list.size()));
  for (const auto& item : list) append(item);
}

void append_texts(WireWriter& out, const std::vector<std::string>& texts) {
  append_list(out, texts, [&](const std::string& text) { out.text(text); });
}

void append_ids(WireWriter& out, const std::vector<unsigned>& ids) {
  append_list(out, ids, [&](unsigned id) { out.u32(id); });
}

void append_number(WireWriter& out, std::int64_t number) {
  out.u64(static_cast<std::uint64_t>(number));
}

void append_principal(WireWriter& out, const Principal& principal) {
  out.text(principal.name).u8(principal.is_anyone ? 1 : 0);
  append_ids(out, principal.uids);
  append_ids(out, principal.gids);
  append_ids(out, principal.member_uids);
}

void append_rule(WireWriter& out, const Rule& rule) {
  out.u8(rule.allow ? 1 : 0).u8(static_cast<std::uint8_t>(rule.jobs));
  out.text(rule.file).u32(rule.line);
  append_list(out, rule.who, [&](std::size_t who) { out.u32(static_cast<std::uint32_t>(who)); });
  append_texts(out, rule.modules);
  append_texts(out, rule.actions);
  append_list(out, rule.where, [&](const Condition& condition) {
    out.text(condition.argument);
    append_list(out, condition.ranges, [&](const IntegerRange& range) {
      append_number(out, range.least);
      append_number(out, range.most);
    });
  });
}

void append_argument(WireWriter& out, const Argument& argument) {
  const ArgumentType& type = argument.type;
  out.text(argument.name).text(argument.help).u8(argument.required ? 1 : 0);
  out.u8(static_cast<std::uint8_t>(type.kind)).u8(type.is_list ? 1 : 0);
  append_number(out, type.least);
  append_number(out, type.most);
  append_texts(out, type.choices);
  out.u64(type.max_length).u64(type.max_items);
}

void append_run_settings(WireWriter& out, const RunSettings& run) {
  append_texts(out, run.command);
  out.text(run.user).u32(run.uid).u32(run.gid);
  append_ids(out, run.groups);
  out.text(run.cwd);
  append_list(out, run.env, [&](const auto& entry) { out.text(entry.first).text(entry.second); });
  out.u32(run.umask);
  append_number(out, run.nice);
  append_number(out, run.timeout.count());
  append_number(out, run.stop_grace.count());
  out.u8(run.no_new_privileges ? 1 : 0);
}

void append_module(WireWriter& out, const DeclaredModule& module) {
  out.text(module.name).text(module.summary).text(module.file).u32(module.line);
  append_list(out, module.actions, [&](const DeclaredAction& action) {
    out.text(action.name).text(action.summary).text(action.file).u32(action.line);
    append_list(out, action.arguments,
                [&](const Argument& argument) { append_argument(out, argument); });
    append_run_settings(out, action.run);
  });
}

}  // namespace

std::string encode(const CompiledConfiguration& configuration) {
  std::string bytes;
  WireWriter out(bytes);
  out.text("mgr-configuration-1");
  append_list(out, configuration.policy.principals,
              [&](const Principal& principal) { append_principal(out, principal); });
  append_list(out, configuration.policy.rules, [&](const Rule& rule) { append_rule(out, rule); });
  append_list(out, configuration.modules,
              [&](const DeclaredModule& module) { append_module(out, module); });
  out.u32(configuration.broker_uid).u32(configuration.broker_gid);
  out.u32(configuration.job_uid).u32(configuration.job_gid);
  out.u8(configuration.admin_gid ? 1 : 0).u32(configuration.admin_gid.value_or(0));
  out.text(configuration.cgroup).u32(configuration.max_connections);
  out.text(configuration.broker_settings).text(configuration.schema_json);
  return bytes;
}

}  // namespace mgr
