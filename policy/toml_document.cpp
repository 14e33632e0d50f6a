// mgr-configure (root); reads root's own files, and distrusts their author's typing.
#include "policy/toml_document.h"

#include <toml++/toml.h>

#include <algorithm>
#include <chrono>

#include "policy/toml_bytes.h"

namespace mgr {
namespace {

constexpr unsigned max_depth = 16;

// Unix seconds. toml++ has seen to it that there is such a day.
std::int64_t unix_time(const toml::date_time& time) {
  const std::chrono::sys_days day = std::chrono::year(time.date.year) /
                                    std::chrono::month(time.date.month) /
                                    std::chrono::day(time.date.day);
  const std::chrono::seconds seconds =
      day.time_since_epoch() + std::chrono::hours(time.time.hour) +
      std::chrono::minutes(time.time.minute - time.offset->minutes) +
      std::chrono::seconds(time.time.second);
  return seconds.count();
}

void convert_time(const toml::date_time& time, TomlValue& value) {
  value.kind = TomlValue::Kind::local_time;
  if (!time.offset) return;
  value.kind = time.time.nanosecond == 0 ? TomlValue::Kind::time : TomlValue::Kind::other;
  value.integer = unix_time(time);
}

class Converter {
 public:
  explicit Converter(Findings& findings) : findings_(findings) {}

  TomlValue convert(const toml::node& node, unsigned line, unsigned depth) {
    TomlValue value{TomlValue::Kind::other, line, "", "", 0, false, {}};
    if (const auto* text = node.as_string()) {
      value.kind = TomlValue::Kind::text;
      value.text = text->get();
      if (value.text.find('\0') != std::string::npos) findings_.error(line, "a string holds NUL");
    } else if (const auto* integer = node.as_integer()) {
      value.kind = TomlValue::Kind::integer;
      value.integer = integer->get();
      value.is_octal = integer->flags() == toml::value_flags::format_as_octal;
    } else if (const auto* truth = node.as_boolean()) {
      value.kind = TomlValue::Kind::boolean;
      value.integer = truth->get() ? 1 : 0;
    } else if (const auto* time = node.as_date_time()) {
      convert_time(**time, value);
    } else if (node.is_date() || node.is_time()) {
      value.kind = TomlValue::Kind::local_time;
    } else if (depth == max_depth) {
      findings_.error(line, "nested too deeply");
    } else if (const auto* list = node.as_array()) {
      value.kind = TomlValue::Kind::list;
      for (const toml::node& item : *list) {
        value.children.push_back(convert(item, item.source().begin.line, depth + 1));
      }
    } else if (const auto* table = node.as_table()) {
      value.kind = TomlValue::Kind::table;
      convert_members(*table, value, depth);
    }
    return value;
  }

 private:
  void convert_members(const toml::table& table, TomlValue& value, unsigned depth) {
    for (const auto& [key, node] : table) {
      value.children.push_back(convert(node, key.source().begin.line, depth + 1));
      value.children.back().key = key.str();
    }
    // toml++ sorts by name; people read, and rules count, by place.
    std::ranges::stable_sort(value.children, {}, &TomlValue::line);
  }

  Findings& findings_;
};

}  // namespace

TomlValue parse_toml(std::string_view text, Findings& findings) {
  if (const auto foreign = find_foreign_byte(text)) {
    findings.error(foreign->line, foreign->what);
    return {};
  }
  try {
    const toml::table document = toml::parse(text);
    return Converter(findings).convert(document, 1, 0);
  } catch (const toml::parse_error& error) {
    findings.error(error.source().begin.line, std::string(error.description()));
  } catch (const std::exception& error) {
    findings.error(0, error.what());
  }
  return {};
}

}  // namespace mgr
