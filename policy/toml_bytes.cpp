// mgr-configure (root) and mgrctl; distrusts the text.
#include "policy/toml_bytes.h"

namespace mgr {
namespace {

constexpr unsigned most_parts = 16;

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::optional<ForeignByte> scan() {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    while (at_ < text_.size() && !found_) {
      const char here = text_[at_];
      if (here == '"' || here == '\'') {
        skip_string(here);
      } else if (here == '#') {
        while (at_ < text_.size() && text_[at_] != '\n' && !found_) step();
      } else if (is_beyond_ascii(here)) {
        report("a character beyond ASCII stands outside of strings and comments");
      } else if (!has_too_many_parts(here)) {
        step();
      }
    }
    return found_;
  }

 private:
  static bool is_beyond_ascii(char c) { return static_cast<unsigned char>(c) >= 0x80; }

  bool is_control(char c) const {
    if (c == '\r') return at_ + 1 >= text_.size() || text_[at_ + 1] != '\n';
    return c == '\x7f' || (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n');
  }

  void report(const char* what) { found_ = ForeignByte{line_, what}; }

  // A dot outside of strings parts a key, or is the only one of a number.
  bool has_too_many_parts(char here) {
    if (here == '\n' || here == '=' || here == ',') dots_ = 0;
    if (here != '.' || ++dots_ < most_parts) return false;
    report("a key has too many parts");
    return true;
  }

  // Over one byte.
  void step() {
    const char here = text_[at_];
    if (is_control(here)) return report("a control character; in a string it is written \\uXXXX");
    if (here == '\n') ++line_;
    ++at_;
  }

  void skip_string(char quote) {
    const std::string_view triple = quote == '"' ? R"(""")" : "'''";
    const bool is_long = text_.substr(at_).starts_with(triple);
    at_ += is_long ? 3 : 1;
    while (at_ < text_.size() && !found_) {
      const char here = text_[at_];
      if (here == '\n' && !is_long) return;  // no TOML
      if (here == '\\' && quote == '"') {
        skip_escape(is_long);
      } else if (is_long ? text_.substr(at_).starts_with(triple) : here == quote) {
        at_ += is_long ? 3 : 1;  // and up to two quotes of its own before
        for (int own = 0; is_long && own < 2 && at_ < text_.size() && text_[at_] == quote; ++own) {
          ++at_;
        }
        return;
      } else {
        step();
      }
    }
  }

  // A backslash, and what it joins or escapes.
  void skip_escape(bool is_long) {
    ++at_;
    if (!is_long) {
      if (at_ < text_.size() && text_[at_] != '\n') step();
      return;
    }
    const std::size_t first = at_;
    constexpr std::string_view white = " \t\r\n";
    while (at_ < text_.size() && white.find(text_[at_]) != white.npos && !found_) step();
    if (found_ || at_ == text_.size()) return;
    if (is_beyond_ascii(text_[at_])) {
      return report("a line behind a backslash begins with a character beyond ASCII");
    }
    if (at_ == first) step();
  }

  std::string_view text_;
  std::size_t at_ = 0;
  unsigned line_ = 1;
  unsigned dots_ = 0;  // of the key that is read
  std::optional<ForeignByte> found_;
};

}  // namespace

std::optional<ForeignByte> find_foreign_byte(std::string_view text) { return Scanner(text).scan(); }

}  // namespace mgr
