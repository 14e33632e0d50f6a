// mgr.cgi, as the web server's user; distrusts every byte of a posted JSON text.
#include <sodium.h>

#include <algorithm>
#include <optional>

#include "client/cgi/posted.h"
#include "client/cgi/posted_fields.h"
#include "client/client.h"
#include "client/json_value.h"
#include "protocol/text.h"

namespace mgr::cgi {
namespace {

using client::JsonValue;
using Kind = JsonValue::Kind;

std::optional<std::string> decode_bytes(const std::string& text) {
  std::string bytes(text.size() / 4 * 3, '\0');
  std::size_t length = 0;
  const char* end = nullptr;
  const int result =
      sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                        text.size(), nullptr, &length, &end, sodium_base64_VARIANT_ORIGINAL);
  if (result != 0 || end != text.data() + text.size()) return std::nullopt;
  bytes.resize(length);
  return bytes;
}

bool is_integer(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// As a request block has it; nothing for what it has not.
std::optional<std::string> scalar_of(const JsonValue& value) {
  if (value.is(Kind::string)) return value.text;
  if (value.is(Kind::boolean)) return value.boolean ? "yes" : "no";
  if (value.is(Kind::number) && is_integer(value.text)) return value.text;
  return std::nullopt;
}

Judged<std::string> list_of(const std::string& name, const JsonValue& array) {
  std::string list;
  for (const JsonValue& item : array.items) {
    const auto text = scalar_of(item);
    if (!text || text->empty() || text->find(',') != std::string::npos) {
      return refuse(ErrorCode::malformed,
                    "an element of the list " + name +
                        " is empty, holds a comma, or is no string, integer or boolean");
    }
    if (!list.empty()) list += ',';
    list += *text;
  }
  if (list.empty()) return refuse(ErrorCode::malformed, "the list " + name + " is empty");
  return list;
}

Judged<std::string> value_of(const std::string& name, const JsonValue& value) {
  if (name == body_field) {
    auto bytes = value.is(Kind::string) ? decode_bytes(value.text) : std::nullopt;
    if (!bytes) return refuse(ErrorCode::malformed, "mgr-body is not base64 (RFC 4648, section 4)");
    return std::move(*bytes);
  }
  if (value.is(Kind::array)) return list_of(name, value);
  auto text = scalar_of(value);
  if (!text) {
    return refuse(ErrorCode::malformed,
                  "the value of " + name + " is no string, integer, boolean or list of them");
  }
  return std::move(*text);
}

// A request that mgr takes holds no more commas than bytes; so a text of nothing but short values
// does not become a hundred times as much memory.
bool is_small(std::string_view text) {
  return std::ranges::count(text, ',') <= static_cast<std::ptrdiff_t>(max_block_length);
}

}  // namespace

Judged<Posted> read_json(std::string_view text) {
  if (!is_small(text)) return refuse(ErrorCode::too_large, "more values than a request holds");
  const auto document = client::parse_json(text);
  if (!document) return refuse(ErrorCode::malformed, "the body is not JSON");
  if (!document->is(Kind::object))
    return refuse(ErrorCode::malformed, "the body is no JSON object");
  PostedFields fields;
  for (std::size_t i = 0; i < document->items.size(); ++i) {
    const std::string name = client::folded(document->names[i]);
    // Before a word is said of the value, which quotes the name.
    if (!is_name(name)) return refuse(ErrorCode::malformed, "the name of a field is none");
    auto value = value_of(name, document->items[i]);
    if (!value) return tl::unexpected(value.error());
    const auto added = fields.add(name, std::move(*value));
    if (!added) return tl::unexpected(added.error());
  }
  return fields.take();
}

}  // namespace mgr::cgi
