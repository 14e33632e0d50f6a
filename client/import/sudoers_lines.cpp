// mgrctl, with the caller's own uid; distrusts the text.
#include "client/import/sudoers_lines.h"

#include <algorithm>

namespace mgr::client {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

class Joiner {
 public:
  explicit Joiner(std::string_view text) : text_(text) {}

  std::vector<SudoersLine> join() {
    begin();
    while (at_ < text_.size()) step();
    end();
    return std::move(lines_);
  }

 private:
  void step() {
    const char c = text_[at_];
    if (c == '\\' && is_line_end(at_ + 1)) {
      at_ = text_.find('\n', at_) + 1;
      ++number_;
      now_.text.push_back(' ');
    } else if (c == '\\' && at_ + 1 < text_.size()) {
      now_.text += text_.substr(at_, 2);
      at_ += 2;
    } else if (c == '\n') {
      ++at_;
      ++number_;
      end();
      begin();
    } else if (c == '#' && !is_quoted_ && is_comment()) {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else {
      if (c == '"') is_quoted_ = !is_quoted_;
      if (c != '\r') now_.text.push_back(c);
      ++at_;
    }
  }

  bool is_line_end(std::size_t at) const {
    const std::size_t end = text_.find_first_not_of(" \t\r", at);
    return end != text_.npos && text_[end] == '\n';
  }

  // "#1000" is a user, and "#include" at the beginning of a line a directive.
  bool is_comment() const {
    const std::string_view rest = text_.substr(at_ + 1);
    if (!rest.empty() && is_digit(rest.front())) return false;
    const bool begins = now_.text.find_first_not_of(" \t") == now_.text.npos;
    return !(begins && (rest.starts_with("include ") || rest.starts_with("include\t") ||
                        rest.starts_with("includedir ") || rest.starts_with("includedir\t")));
  }

  void begin() {
    now_ = {"", number_};
    is_quoted_ = false;
  }

  void end() {
    if (now_.text.find_first_not_of(" \t") != now_.text.npos) lines_.push_back(std::move(now_));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  unsigned number_ = 1;
  bool is_quoted_ = false;
  SudoersLine now_;
  std::vector<SudoersLine> lines_;
};

}  // namespace

std::vector<SudoersLine> join_sudoers_lines(std::string_view text) { return Joiner(text).join(); }

}  // namespace mgr::client
