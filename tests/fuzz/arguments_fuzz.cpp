// Fuzz target: the values of arguments. The first line is a value for each type, the rest are
// `name:value` lines for check_arguments. What is accepted must be canonical: its text, put
// together again, is the text that came.

#include "policy/argument.h"
#include "tests/fuzz/property.h"

namespace {

using namespace mgr;

// a to z, then aa, ab and so on.
std::string name_of(std::size_t number) {
  const std::string last(1, static_cast<char>('a' + number % 26));
  return number < 26 ? last : 'a' + last;
}

std::vector<Argument> make_arguments() {
  std::vector<Argument> arguments;
  for (int kind = 0; kind <= static_cast<int>(TypeKind::last_value); ++kind) {
    for (const bool is_list : {false, true}) {
      ArgumentType type{static_cast<TypeKind>(kind), is_list};
      type.choices = {"fast", "full"};
      type.max_length = 20;
      type.roots = {"/srv/www", "/var/log"};
      type.path_kind = is_list ? PathKind::any : PathKind::file;
      const bool required = type.kind == TypeKind::integer && !is_list;
      arguments.push_back({name_of(arguments.size()), type, required, ""});
    }
  }
  arguments.push_back({name_of(arguments.size()), {TypeKind::string}, false, ""});
  arguments.back().type.pattern = std::string("[a-z]+(, ?[a-z]+)*");
  return arguments;
}

// What holds for every text of these types, whatever their patterns say.
void check_element(const ArgumentType& type, const std::string& text) {
  require(!text.empty() && (text[0] != '-' || type.kind == TypeKind::integer));
  if (type.kind == TypeKind::path) {
    const std::string whole = text + '/';
    require(text.starts_with("/srv/www") || text.starts_with("/var/log"));
    require(whole.find("//") == whole.npos && whole.find("/./") == whole.npos &&
            whole.find("/../") == whole.npos);
  } else if (type.kind != TypeKind::string && type.kind != TypeKind::secret) {
    for (const char byte : text) require(byte > ' ' && byte < 0x7f);
    require(text.find_first_of(";|&$`'\"(){}<>*?[]~#!^=+") == text.npos);
  }
}

void check_items(const ArgumentType& type, const std::vector<Scalar>& items,
                 std::string_view text) {
  require(type.kind != TypeKind::blob && !items.empty() && items.size() <= type.max_items &&
          (type.is_list || items.size() == 1));
  std::string joined;
  for (const Scalar& item : items) {
    const std::string element = scalar_text(item);
    check_element(type, element);
    joined += (joined.empty() ? "" : ",") + element;
  }
  require(joined == text && is_value(text));
}

std::vector<FieldView> split_fields(std::string_view text) {
  std::vector<FieldView> fields;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::size_t colon = line.find(':');
    if (colon != line.npos) fields.push_back({line.substr(0, colon), line.substr(colon + 1)});
  }
  return fields;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  static const std::vector<Argument> arguments = make_arguments();
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string_view value = input.substr(0, input.find('\n'));
  for (const Argument& argument : arguments) {
    const auto items = check_value(argument.type, value);
    if (items) check_items(argument.type, *items, value);
  }
  const std::vector<FieldView> fields = split_fields(input.substr(value.size()));
  if (const auto values = check_arguments(arguments, fields)) {
    require(values->size() == fields.size() && find_argument(*values, "a") != nullptr);
  }
  return 0;
}
