// Clients, with the caller's own uid; distrusts the text that it reads.
// The one file that knows nlohmann::json. Its SAX parser neither recurses nor throws.
#include "client/json_value.h"

#include <charconv>
#include <nlohmann/json.hpp>

namespace mgr::client {
namespace {

using Kind = JsonValue::Kind;

// Builds the tree as the parser goes. A pointer in open_ stays good, because a container does not
// grow while one of its items is still open.
class TreeBuilder {
 public:
  using json = nlohmann::json;

  bool null() { return add(Kind::null); }
  bool boolean(bool value) {
    if (!add(Kind::boolean)) return false;
    last_->boolean = value;
    return true;
  }
  bool number_integer(json::number_integer_t value) { return number(std::to_string(value)); }
  bool number_unsigned(json::number_unsigned_t value) { return number(std::to_string(value)); }
  bool number_float(json::number_float_t, const std::string& written) { return number(written); }
  bool string(std::string& value) { return add_text(Kind::string, std::move(value)); }
  bool binary(json::binary_t&) { return false; }
  bool start_object(std::size_t) { return open(Kind::object); }
  bool start_array(std::size_t) { return open(Kind::array); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool key(std::string& name) {
    open_.back()->names.push_back(std::move(name));
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const json::exception&) { return false; }

  JsonValue take() { return std::move(root_); }

 private:
  bool add(Kind kind) {
    if (++count_ > max_json_values) return false;
    last_ = open_.empty() ? &root_ : &open_.back()->items.emplace_back();
    last_->kind = kind;
    return true;
  }
  bool add_text(Kind kind, std::string text) {
    if (!add(kind)) return false;
    last_->text = std::move(text);
    return true;
  }
  bool number(std::string written) { return add_text(Kind::number, std::move(written)); }
  bool open(Kind kind) {
    if (open_.size() == max_json_depth || !add(kind)) return false;
    open_.push_back(last_);
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  JsonValue root_;
  JsonValue* last_ = nullptr;
  std::vector<JsonValue*> open_;
  std::size_t count_ = 0;
};

// `member` may be nullptr.
template <typename Number>
std::optional<Number> whole_number(const JsonValue* member) {
  if (member == nullptr || !member->is(Kind::number)) return std::nullopt;
  const char* const end = member->text.data() + member->text.size();
  Number value = 0;
  const auto read = std::from_chars(member->text.data(), end, value);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return value;
}

}  // namespace

std::optional<JsonValue> parse_json(std::string_view text) {
  TreeBuilder builder;
  if (!nlohmann::json::sax_parse(text, &builder)) return std::nullopt;
  return builder.take();
}

const JsonValue* JsonValue::find(std::string_view name) const {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return &items[i];
  }
  return nullptr;
}

std::optional<std::string> JsonValue::string_at(std::string_view name) const {
  const JsonValue* member = find(name);
  if (member == nullptr || !member->is(Kind::string)) return std::nullopt;
  return member->text;
}

std::optional<bool> JsonValue::boolean_at(std::string_view name) const {
  const JsonValue* member = find(name);
  if (member == nullptr || !member->is(Kind::boolean)) return std::nullopt;
  return member->boolean;
}

std::optional<std::uint64_t> JsonValue::number_at(std::string_view name) const {
  return whole_number<std::uint64_t>(find(name));
}

std::optional<std::uint64_t> JsonValue::number() const { return whole_number<std::uint64_t>(this); }

std::optional<std::int64_t> JsonValue::integer_at(std::string_view name) const {
  return whole_number<std::int64_t>(find(name));
}

}  // namespace mgr::client
