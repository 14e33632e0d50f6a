// Broker and helper; each distrusts the other's bytes.
#include "protocol/root_language.h"

#include "protocol/text.h"
#include "protocol/wire.h"

namespace mgr {
namespace {

constexpr std::size_t max_program_length = 64;
constexpr std::size_t max_origin_length = 64;
constexpr std::size_t max_modules = 4096;
constexpr std::size_t max_actions = 4096;
constexpr std::size_t max_aliases = 16;

// A bool is one byte, 0 or 1: two encodings of one message would be one too many.
std::optional<bool> decode_bool(Cursor& in) {
  const std::uint8_t byte = in.u8();
  if (byte > 1) return std::nullopt;
  return byte == 1;
}

std::optional<ActionSchema> decode_action(Cursor& in) {
  ActionSchema action{std::string(in.text(max_name_length)), {}};
  const std::size_t arguments = in.count(max_fields, 5);
  for (std::size_t i = 0; i < arguments; ++i) {
    std::string name(in.text(max_name_length));
    const auto required = decode_bool(in);
    if (!required) return std::nullopt;
    action.arguments.push_back({std::move(name), *required});
  }
  return action;
}

std::optional<ModuleSchema> decode_module(Cursor& in) {
  ModuleSchema module{std::string(in.text(max_name_length)), {}, {}};
  const std::size_t aliases = in.count(max_aliases, 4);
  for (std::size_t i = 0; i < aliases; ++i) {
    module.aliases.emplace_back(in.text(max_name_length));
  }
  const std::size_t actions = in.count(max_actions, 8);
  for (std::size_t i = 0; i < actions; ++i) {
    auto action = decode_action(in);
    if (!action) return std::nullopt;
    module.actions.push_back(std::move(*action));
  }
  return module;
}

void encode_module(WireWriter& out, const ModuleSchema& module) {
  out.text(module.name).u32(static_cast<std::uint32_t>(module.aliases.size()));
  for (const std::string& alias : module.aliases) out.text(alias);
  out.u32(static_cast<std::uint32_t>(module.actions.size()));
  for (const ActionSchema& action : module.actions) {
    out.text(action.name).u32(static_cast<std::uint32_t>(action.arguments.size()));
    for (const ArgumentSchema& argument : action.arguments) {
      out.text(argument.name).u8(argument.required ? 1 : 0);
    }
  }
}

}  // namespace

std::string encode(const HelloMessage& message) {
  std::string payload;
  WireWriter(payload).u32(message.version).text(message.program);
  return payload;
}

std::optional<HelloMessage> decode_hello(std::string_view payload) {
  Cursor in(payload);
  const HelloMessage message{in.u32(), in.text(max_program_length)};
  if (!in.finished()) return std::nullopt;
  return message;
}

std::string encode(const RunMessage& message) {
  std::string payload;
  WireWriter out(payload);
  out.u64(message.connection).text(message.origin);
  out.u32(static_cast<std::uint32_t>(message.fields.size()));
  for (const FieldView& field : message.fields) out.text(field.name).text(field.value);
  return payload;
}

std::optional<RunMessage> decode_run(std::string_view payload) {
  Cursor in(payload);
  RunMessage message{in.u64(), in.text(max_origin_length), {}};
  const std::size_t fields = in.count(max_fields, 8);
  message.fields.reserve(fields);
  for (std::size_t i = 0; i < fields; ++i) {
    const std::string_view name = in.text(max_name_length);
    message.fields.push_back({name, in.text(max_value_length)});
  }
  if (!in.finished()) return std::nullopt;
  return message;
}

std::string encode(const ClosedMessage& message) {
  std::string payload;
  WireWriter(payload).u64(message.connection);
  return payload;
}

std::optional<ClosedMessage> decode_closed(std::string_view payload) {
  Cursor in(payload);
  const ClosedMessage message{in.u64()};
  if (!in.finished()) return std::nullopt;
  return message;
}

std::string encode(const RefusalsMessage& message) {
  std::string payload;
  WireWriter out(payload);
  out.u32(static_cast<std::uint32_t>(message.refusals.size()));
  for (const Refusal& refusal : message.refusals) {
    out.text(refusal.source).u8(static_cast<std::uint8_t>(refusal.code)).u32(refusal.count);
  }
  return payload;
}

std::optional<RefusalsMessage> decode_refusals(std::string_view payload) {
  Cursor in(payload);
  RefusalsMessage message;
  const std::size_t refusals = in.count(max_refusals, 9);
  for (std::size_t i = 0; i < refusals; ++i) {
    const std::string_view source = in.text(max_origin_length);
    const std::uint8_t code = in.u8();
    if (code < 1 || code > 13) return std::nullopt;
    message.refusals.push_back({source, static_cast<ErrorCode>(code), in.u32()});
  }
  if (!in.finished()) return std::nullopt;
  return message;
}

std::string encode(const SettingsMessage& message) {
  std::string payload;
  WireWriter out(payload);
  const BrokerLimits& limits = message.limits;
  out.u32(limits.connections).u32(limits.kept_places).u32(limits.connections_per_caller);
  out.u32(limits.requests_in_flight).u32(limits.block_deadline_ms).u32(limits.idle_deadline_ms);
  out.u32(static_cast<std::uint32_t>(message.modules.size()));
  for (const ModuleSchema& module : message.modules) encode_module(out, module);
  return payload;
}

std::optional<SettingsMessage> decode_settings(std::string_view payload) {
  Cursor in(payload);
  SettingsMessage message;
  BrokerLimits& limits = message.limits;
  limits.connections = in.u32();
  limits.kept_places = in.u32();
  limits.connections_per_caller = in.u32();
  limits.requests_in_flight = in.u32();
  limits.block_deadline_ms = in.u32();
  limits.idle_deadline_ms = in.u32();
  const std::size_t modules = in.count(max_modules, 12);
  for (std::size_t i = 0; i < modules; ++i) {
    auto module = decode_module(in);
    if (!module) return std::nullopt;
    message.modules.push_back(std::move(*module));
  }
  if (!in.finished()) return std::nullopt;
  return message;
}

std::string encode(const ConnectionMessage& message) {
  std::string payload;
  WireWriter(payload).u64(message.connection).u32(message.uid).u8(message.keeps_place ? 1 : 0);
  return payload;
}

std::optional<ConnectionMessage> decode_connection(std::string_view payload) {
  Cursor in(payload);
  ConnectionMessage message{in.u64(), in.u32(), false};
  const auto keeps_place = decode_bool(in);
  if (!keeps_place || !in.finished()) return std::nullopt;
  message.keeps_place = *keeps_place;
  return message;
}

std::string encode(const ReplyMessage& message) {
  std::string payload;
  WireWriter(payload).u8(message.more ? 1 : 0).text(message.line);
  return payload;
}

std::optional<ReplyMessage> decode_reply(std::string_view payload) {
  Cursor in(payload);
  const auto more = decode_bool(in);
  if (!more) return std::nullopt;
  const ReplyMessage message{*more, in.text(max_reply_length)};
  if (!in.finished()) return std::nullopt;
  return message;
}

}  // namespace mgr
