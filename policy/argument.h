// Arguments of an action: what may be given, and what was given. Pure; runs in the helper (root)
// and in mgrctl. Distrusts the text of every value.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "policy/pattern.h"
#include "protocol/error.h"
#include "protocol/field.h"
#include "protocol/text.h"

namespace mgr {

enum class TypeKind {
  integer,
  boolean,
  enumeration,
  string,
  hostname,
  ip,
  cidr,
  port,
  mac,
  username,
  unit,
  duration,
  path,
  secret,
  blob,
  last_value = blob
};

// Whose values are integers; those of every other type but a boolean are texts.
[[nodiscard]] constexpr bool is_number(TypeKind kind) {
  return kind == TypeKind::integer || kind == TypeKind::port;
}

// What a path must be.
enum class PathKind : std::uint8_t { file, folder, any, last_value = any };

// The type of one argument. A list is written `a,b,c`: at least one element, none empty. What is
// accepted is the text as it came: nothing is folded, trimmed or spelled anew, and nothing but a
// negative integer starts with '-'.
//   integer      [-]digits, no leading zero, no '+', within least..most; fits 64 bits
//   boolean      yes | no
//   enumeration  exactly one of choices
//   string       1 to max_length bytes; all of it matches pattern; no comma inside a list
//   hostname     letters, digits and '-' in labels of 1 to 63, 253 in all (RFC 1123), no dot behind
//   ip           an address as inet_pton(3) takes it: four decimals, or IPv6 without a zone
//   cidr         ip/prefix, the bits past the prefix 0
//   port         an integer from 1 to 65535, within least..most
//   mac          six pairs of hexadecimal digits with ':' between them
//   username     [a-z_][a-z0-9_-]{0,31}
//   unit         name.type or name@instance.type, as systemd.unit(5);
//                no glob, no path, no template;
//                its type one of choices, where there are any
//   duration     a whole number of up to nine digits, and ms, s, m, h or d
//   path         absolute and canonical, beneath one of roots; a root itself where a folder will do
//   secret       as string; goes to the command's standard input alone
//   blob         the request's body; no field, so that no text is one
struct ArgumentType {
  TypeKind kind = TypeKind::string;
  bool is_list = false;
  std::int64_t least = std::numeric_limits<std::int64_t>::min();
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
  std::vector<std::string> choices{};
  std::size_t max_length = max_value_length;
  std::size_t max_items = 64;        // of a list
  Pattern pattern{};                 // of a string or secret
  std::string form{};                // of a built-in module's pattern, what it means, for messages
  std::vector<std::string> roots{};  // of a path: the absolute folders that it may be beneath
  PathKind path_kind = PathKind::file;
  bool listed = false;  // an [[allow]] must say in its `where` which values it means
  static void members(auto& archive, auto& record) {
    archive(record.kind, record.is_list, record.least, record.most, record.choices,
            record.max_length, record.max_items, record.pattern, record.roots, record.path_kind,
            record.listed);
  }
};

struct Argument {
  std::string name;
  ArgumentType type;
  bool required = true;
  std::string help;
  static void members(auto& archive, auto& record) {
    archive(record.name, record.type, record.required, record.help);
  }
};

// Whether an element of a command is all of this argument: {name} or {name...}.
[[nodiscard]] bool is_all_of(std::string_view element, const Argument& argument);

// A typed element. Its text, for argv, is canonical: integers in decimal, booleans yes or no.
using Scalar = std::variant<std::int64_t, bool, std::string>;
[[nodiscard]] std::string scalar_text(const Scalar& scalar);

// A checked value: one element, or those of a list in the order given.
struct ArgumentValue {
  std::string name;
  std::vector<Scalar> items;
};
using ArgumentValues = std::vector<ArgumentValue>;
[[nodiscard]] const ArgumentValue* find_argument(const ArgumentValues& values,
                                                 std::string_view name);

// Checks one text against a type. Fails with invalid_argument and says what is wrong in terms of
// the type, without repeating the value.
[[nodiscard]] Result<std::vector<Scalar>> check_value(const ArgumentType& type,
                                                      std::string_view text);

// The root that a path is beneath, the first where there are several: text, not files, is looked
// at. Null where there is none. The path is of that type, or not canonical.
[[nodiscard]] const std::string* root_of(const ArgumentType& type, std::string_view path);

// Checks all arguments of a request against those that the action declares: an unknown name, a
// missing required one, a name twice, or a value not of its type is invalid_argument. A blob is
// never among them: whether a body came is not looked at here.
[[nodiscard]] Result<ArgumentValues> check_arguments(const std::vector<Argument>& declared,
                                                     const std::vector<FieldView>& given);

// "int", "list of int", "enum", … as the schema and messages print it.
[[nodiscard]] std::string type_name(const ArgumentType& type);

}  // namespace mgr
