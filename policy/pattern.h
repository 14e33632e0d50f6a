// A regular expression that the whole of a text must match, in the syntax of RE2, whose time grows
// with the text alone: no pattern and no text make it backtrack. Pure; runs in the helper (root),
// mgr-configure and mgrctl. Distrusts the text.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

namespace re2 {
class RE2;
}

namespace mgr {

// Encoded as its text, and compiled once: when it is made from one, or decoded. Copies share that.
class Pattern {
 public:
  Pattern() = default;                                               // none: every text matches
  Pattern(std::string text) : text_(std::move(text)) { compile(); }  // as is a type's `pattern`

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }
  // What is wrong with it, "" for nothing. Nothing matches a pattern that is wrong.
  [[nodiscard]] std::string error() const;
  [[nodiscard]] bool matches(std::string_view text) const;

  static void members(auto& archive, auto& record) {
    archive(record.text_);
    if constexpr (!std::is_const_v<std::remove_reference_t<decltype(record)>>) record.compile();
  }

 private:
  void compile();

  std::string text_;
  std::shared_ptr<const re2::RE2> compiled_;
};

}  // namespace mgr
