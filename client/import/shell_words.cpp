// mgrctl, with the caller's own uid; distrusts the text.
#include "client/import/shell_words.h"

#include <algorithm>

namespace mgr::client {
namespace {

class Splitter {
 public:
  explicit Splitter(std::string_view line) : line_(line) {}

  ShellLine split() {
    while (at_ < line_.size()) step(line_[at_++]);
    end_word();
    if (is_assignment()) say("a variable set for one command");
    return std::move(result_);
  }

 private:
  void step(char c) {
    switch (c) {
      case ' ':
      case '\t':
        return end_word();
      case '\'':
        return take_single_quoted();
      case '"':
        return take_double_quoted();
      case '\\':
        return take_escaped();
      default:
        look(c);
        is_open_ = true;
        word_.text.push_back(c);
    }
  }

  // An unquoted character that stands for more than itself.
  void look(char c) {
    const bool begins = !is_open_;
    switch (c) {
      case '|':
        return say(next_is('|') || before_is('|') ? "a choice (||)" : "a pipeline (|)");
      case '&':
        if (before_is('>') || before_is('<')) return;  // told as a redirection
        return say(next_is('&') || before_is('&') ? "a sequence (&&)"
                                                  : "a command in the background");
      case ';':
      case '\n':
        return say("a sequence (;)");
      case '<':
      case '>':
        return say("a redirection");
      case '(':
      case ')':
        return say("a subshell");
      case '$':
        return say(next_is('(') ? "a command substitution" : "a variable ($)");
      case '`':
        return say("a command substitution");
      case '*':
      case '?':
      case '[':
        return say("a wildcard");
      case '~':
        return begins ? say("a home folder (~)") : void();
      case '#':
        return begins ? say("a comment (#)") : void();
      case '!':
        return begins && result_.words.empty() ? say("a negation (!)") : void();
      default:
        return;
    }
  }

  void take_single_quoted() {
    open_quoted();
    const std::size_t end = line_.find('\'', at_);
    if (end == line_.npos) say("a quote without its end");
    word_.text += line_.substr(at_, end - at_);
    at_ = end == line_.npos ? line_.size() : end + 1;
  }

  void take_double_quoted() {
    open_quoted();
    while (at_ < line_.size()) {
      const char c = line_[at_++];
      if (c == '"') return;
      if (c == '$') say(next_is('(') ? "a command substitution" : "a variable ($)");
      if (c == '`') say("a command substitution");
      const bool escapes = c == '\\' && at_ < line_.size() &&
                           std::string_view("$`\"\\\n").find(line_[at_]) != std::string_view::npos;
      word_.text.push_back(escapes ? line_[at_++] : c);
    }
    say("a quote without its end");
  }

  void take_escaped() {
    open_quoted();
    if (at_ == line_.size()) return say("a backslash at the end");
    if (next_is('\n')) say("a line that goes on behind a backslash");
    word_.text.push_back(line_[at_++]);
  }

  void open_quoted() {
    is_open_ = true;
    word_.is_quoted = true;
  }

  void end_word() {
    if (is_open_) result_.words.push_back(std::move(word_));
    word_ = {};
    is_open_ = false;
  }

  bool next_is(char c) const { return at_ < line_.size() && line_[at_] == c; }
  bool before_is(char c) const { return at_ >= 2 && line_[at_ - 2] == c; }

  // NAME=value in front of the command.
  bool is_assignment() const {
    if (result_.words.empty()) return false;
    const std::string& first = result_.words.front().text;
    const std::size_t equals = first.find('=');
    return equals != first.npos && first.find('/') > equals;
  }

  void say(const char* what) {
    if (std::ranges::find(result_.shell_only, what) == result_.shell_only.end()) {
      result_.shell_only.emplace_back(what);
    }
  }

  std::string_view line_;
  std::size_t at_ = 0;
  ShellWord word_;
  bool is_open_ = false;
  ShellLine result_;
};

}  // namespace

ShellLine split_shell_words(std::string_view line) { return Splitter(line).split(); }

}  // namespace mgr::client
