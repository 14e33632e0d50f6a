// mgrctl, pure.
#include "policy/lint/comments.h"

#include <algorithm>

namespace mgr {
namespace {

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::vector<TomlComment> scan() {
    bool alone = true;                               // so far, of this line
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;  // a mark of the encoding, and no text
    while (at_ < text_.size()) {
      const char here = text_[at_];
      if (here == '#') {
        take_comment(alone);
      } else if (here == '"' || here == '\'') {
        skip_string(here);
        alone = false;
      } else {
        if (here == '\n') ++line_;
        if (here == '\n' || !is_space(here)) alone = here == '\n';
        ++at_;
      }
    }
    return std::move(comments_);
  }

 private:
  static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r'; }

  void take_comment(bool alone) {
    const auto end = std::min(text_.find('\n', at_), text_.size());
    std::string_view text = text_.substr(at_ + 1, end - at_ - 1);
    if (text.ends_with('\r')) text.remove_suffix(1);
    comments_.push_back({line_, alone, std::string(text)});
    at_ = end;
  }

  // """ and ''' go over lines, and may end in up to two quotes of their own.
  void skip_string(char quote) {
    const std::string triple(3, quote);
    const bool is_long = text_.substr(at_).starts_with(triple);
    at_ += is_long ? 3 : 1;
    while (at_ < text_.size()) {
      if (text_[at_] == '\n') {
        if (!is_long) return;  // no TOML
        ++line_;
      }
      if (text_[at_] == '\\' && quote == '"' && at_ + 1 < text_.size() && text_[at_ + 1] != '\n') {
        at_ += 2;
      } else if (is_long ? text_.substr(at_).starts_with(triple) : text_[at_] == quote) {
        at_ += is_long ? 3 : 1;
        while (is_long && at_ < text_.size() && text_[at_] == quote) ++at_;
        return;
      } else {
        ++at_;
      }
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  unsigned line_ = 1;
  std::vector<TomlComment> comments_;
};

}  // namespace

std::vector<TomlComment> toml_comments(std::string_view text) { return Scanner(text).scan(); }

}  // namespace mgr
