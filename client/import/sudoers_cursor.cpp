// mgrctl, with the caller's own uid; distrusts the text.
#include "client/import/sudoers_cursor.h"

#include <array>

namespace mgr::client {
namespace {

bool is_one_of(char c, std::string_view set) { return set.find(c) != set.npos; }

}  // namespace

void SudoersCursor::skip_spaces() {
  while (at_ < line_.size() && is_one_of(line_[at_], " \t")) ++at_;
}

bool SudoersCursor::at_end() {
  skip_spaces();
  return at_ == line_.size();
}

bool SudoersCursor::take(char c) {
  skip_spaces();
  if (!has(c)) return false;
  ++at_;
  return true;
}

bool SudoersCursor::take_negation() {
  bool negated = false;
  while (take('!')) negated = !negated;
  return negated;
}

std::string_view SudoersCursor::peek_capitals() {
  skip_spaces();
  std::size_t end = at_;
  while (end < line_.size()) {
    const char c = line_[end];
    const bool is_capital = c >= 'A' && c <= 'Z';
    if (!is_capital && (end == at_ || (c != '_' && !(c >= '0' && c <= '9')))) break;
    ++end;
  }
  return line_.substr(at_, end - at_);
}

std::optional<std::string> SudoersCursor::take_capitals_before(char sign) {
  const std::string name(peek_capitals());
  const std::size_t begin = at_;
  at_ += name.size();
  if (!name.empty() && take(sign)) return name;
  at_ = begin;
  return std::nullopt;
}

std::string SudoersCursor::take_quoted() {
  std::string text;
  for (++at_; at_ < line_.size() && line_[at_] != '"'; ++at_) {
    if (line_[at_] == '\\' && at_ + 1 < line_.size() && is_one_of(line_[at_ + 1], "\"\\")) ++at_;
    text.push_back(line_[at_]);
  }
  if (at_ < line_.size()) ++at_;
  return text;
}

std::optional<std::string> SudoersCursor::take_name() {
  skip_spaces();
  std::string name;
  while (at_ < line_.size()) {
    const char c = line_[at_];
    if (c == '"') {
      name += take_quoted();
      continue;
    }
    const bool is_non_unix = c == ':' && (name == "%" || name == "%#");
    if (is_one_of(c, " \t,=:()!") && !is_non_unix) break;
    if (c == '\\' && at_ + 1 < line_.size()) {
      ++at_;
      // Behind a backslash it is no prefix: no group is meant.
      if (name.empty() && is_one_of(line_[at_], "%+#")) name.push_back(c);
    }
    name.push_back(line_[at_++]);
  }
  if (name.empty()) return std::nullopt;
  return name;
}

SudoWord SudoersCursor::take_regex() {
  SudoWord word;
  word.is_regex = true;
  while (at_ < line_.size()) {
    const char c = line_[at_++];
    word.text.push_back(c);
    if (c == '\\' && at_ < line_.size()) {
      word.text.push_back(line_[at_++]);
    } else if (c == '$' && (at_ == line_.size() || is_one_of(line_[at_], " \t,:"))) {
      break;
    }
  }
  return word;
}

std::optional<SudoWord> SudoersCursor::take_command_word() {
  skip_spaces();
  if (has('^')) return take_regex();
  SudoWord word;
  const std::size_t begin = at_;
  while (at_ < line_.size() && !is_one_of(line_[at_], " \t,:")) {
    const char c = line_[at_];
    if (c == '\\' && at_ + 1 < line_.size()) {
      ++at_;
      word.has_escaped_wildcard = word.has_escaped_wildcard || is_one_of(line_[at_], "*?[\\");
    } else {
      word.has_wildcard = word.has_wildcard || is_one_of(c, "*?[");
      word.has_quote = word.has_quote || c == '"';
    }
    word.text.push_back(line_[at_++]);
  }
  if (at_ == begin) return std::nullopt;
  return word;
}

std::string SudoersCursor::take_value() {
  skip_spaces();
  if (has('"')) return take_quoted();
  std::string value;
  while (at_ < line_.size() && !is_one_of(line_[at_], " \t,")) {
    if (line_[at_] == '\\' && at_ + 1 < line_.size()) ++at_;
    value.push_back(line_[at_++]);
  }
  return value;
}

std::string SudoersCursor::take_rest() {
  skip_spaces();
  std::string rest(line_.substr(at_));
  at_ = line_.size();
  while (!rest.empty() && is_one_of(rest.back(), " \t")) rest.pop_back();
  return rest;
}

bool SudoersCursor::take_digest() {
  static constexpr std::array<std::string_view, 4> kinds{"sha224", "sha256", "sha384", "sha512"};
  skip_spaces();
  for (const std::string_view kind : kinds) {
    if (!line_.substr(at_).starts_with(kind)) continue;
    const std::size_t begin = at_;
    at_ += kind.size();
    if (take(':')) {
      (void)take_value();
      return true;
    }
    at_ = begin;
  }
  return false;
}

}  // namespace mgr::client
