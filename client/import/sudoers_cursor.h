// mgrctl, with the caller's own uid. Walks over one line of a sudoers file, word by word. Distrusts
// the text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "client/import/sudoers_syntax.h"

namespace mgr::client {

class SudoersCursor {
 public:
  explicit SudoersCursor(std::string_view line) : line_(line) {}

  // Steps over spaces first, as all of these do.
  [[nodiscard]] bool at_end();
  // Takes the character where it is the next.
  bool take(char c);
  // Takes any number of '!'; whether that was an odd one.
  bool take_negation();
  // A name of capitals, digits and '_', left where it is.
  [[nodiscard]] std::string_view peek_capitals();
  // Takes peek_capitals() and `sign` behind it; nothing where that is not what is next.
  [[nodiscard]] std::optional<std::string> take_capitals_before(char sign);
  // A name, quoted or with escapes, up to a space or one of ,=:() ; a ':' behind a first '%' is
  // part of it. Nothing where there is none.
  [[nodiscard]] std::optional<std::string> take_name();
  // A word of a command: up to a space, ',' or ':', or the end of a regular expression.
  [[nodiscard]] std::optional<SudoWord> take_command_word();
  // A value in double quotes, or up to a space or ','.
  [[nodiscard]] std::string take_value();
  // All that is left.
  [[nodiscard]] std::string take_rest();

  [[nodiscard]] std::size_t position() const { return at_; }
  [[nodiscard]] std::string_view since(std::size_t begin) const {
    return line_.substr(begin, at_ - begin);
  }
  // Takes sha224:… and the like before a command.
  bool take_digest();

 private:
  void skip_spaces();
  [[nodiscard]] bool has(char c) const { return at_ < line_.size() && line_[at_] == c; }
  std::string take_quoted();
  SudoWord take_regex();

  std::string_view line_;
  std::size_t at_ = 0;
};

}  // namespace mgr::client
