// Clients, with the caller's own uid; the values that it writes came from the daemon.
#include "client/json_value.h"
#include "protocol/json.h"

namespace mgr::client {
namespace {

using Kind = JsonValue::Kind;

// A line break and its indentation; nothing where all goes on one line.
void break_line(std::string& out, bool pretty, std::size_t depth) {
  if (!pretty) return;
  out += '\n';
  out.append(2 * depth, ' ');
}

void append(std::string& out, const JsonValue& value, bool pretty, std::size_t depth);

// parse_json bounds the depth, and so this recursion.
void append_items(std::string& out, const JsonValue& value, bool pretty, std::size_t depth) {
  const bool object = value.is(Kind::object);
  out += object ? '{' : '[';
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    if (i > 0) out += ',';
    break_line(out, pretty, depth + 1);
    if (object) {
      append_json_string(out, value.names[i]);
      out += pretty ? ": " : ":";
    }
    append(out, value.items[i], pretty, depth + 1);
  }
  if (!value.items.empty()) break_line(out, pretty, depth);
  out += object ? '}' : ']';
}

void append(std::string& out, const JsonValue& value, bool pretty, std::size_t depth) {
  switch (value.kind) {
    case Kind::null:
      out += "null";
      return;
    case Kind::boolean:
      out += value.boolean ? "true" : "false";
      return;
    case Kind::number:
      out += value.text;
      return;
    case Kind::string:
      append_json_string(out, value.text);
      return;
    case Kind::array:
    case Kind::object:
      append_items(out, value, pretty, depth);
      return;
  }
}

}  // namespace

std::string to_json(const JsonValue& value) {
  std::string out;
  append(out, value, false, 0);
  return out;
}

std::string to_pretty_json(const JsonValue& value) {
  std::string out;
  append(out, value, true, 0);
  return out;
}

}  // namespace mgr::client
