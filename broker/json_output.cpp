// mgr-broker, in the cage; distrusts every byte.
// The one file of the broker that knows nlohmann::json. Its SAX parser neither recurses nor throws.
#include "broker/json_output.h"

#include <nlohmann/json.hpp>

#include "protocol/json.h"

namespace mgr::broker {
namespace {

// Writes down what the parser reads; a false ends it.
class Rewriter {
 public:
  using json = nlohmann::json;

  explicit Rewriter(std::size_t most) : most_(most) {}

  bool null() { return goes_on(writer_.raw("null")); }
  bool boolean(bool value) { return goes_on(writer_.value(value)); }
  // Whole numbers below 0, and -0.
  bool number_integer(json::number_integer_t value) {
    return goes_on(value == 0 ? writer_.raw("-0") : writer_.value(value));
  }
  bool number_unsigned(json::number_unsigned_t value) { return goes_on(writer_.value(value)); }
  bool number_float(json::number_float_t, const std::string& written) {
    return goes_on(writer_.raw(written));
  }
  bool string(const std::string& value) { return goes_on(writer_.value(value)); }
  bool binary(const json::binary_t&) { return false; }
  bool start_object(std::size_t) {
    return ++depth_ <= max_output_depth && goes_on(writer_.open_object());
  }
  bool start_array(std::size_t) {
    return ++depth_ <= max_output_depth && goes_on(writer_.open_array());
  }
  bool end_object() { return --depth_, goes_on(writer_.close_object()); }
  bool end_array() { return --depth_, goes_on(writer_.close_array()); }
  bool key(const std::string& name) { return goes_on(writer_.key(name)); }
  bool parse_error(std::size_t, const std::string&, const json::exception&) { return false; }

  [[nodiscard]] bool is_too_long() const { return writer_.text().size() > most_; }
  [[nodiscard]] std::string take() { return writer_.take(); }

 private:
  bool goes_on(const JsonWriter&) const { return !is_too_long(); }

  JsonWriter writer_;
  std::size_t most_;
  std::size_t depth_ = 0;
};

}  // namespace

Result<std::string> json_on_one_line(std::string_view text, std::size_t most) {
  // The parser takes a NUL for the end of its input, and passes over a byte order mark.
  const bool is_plain =
      text.find('\0') == std::string_view::npos && !text.starts_with("\xEF\xBB\xBF");
  Rewriter rewriter(most);
  const bool is_json = is_plain && nlohmann::json::sax_parse(text, &rewriter);
  if (rewriter.is_too_long()) return fail(ErrorCode::too_large, "too long");
  if (!is_json) return fail(ErrorCode::invalid_argument, "not JSON");
  return rewriter.take();
}

}  // namespace mgr::broker
