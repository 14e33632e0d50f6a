// mgrctl, with the caller's own uid. A command line that is still being typed, taken apart as
// mgrctl will read it once it is complete. Pure: nothing in it is expanded or run. Distrusts the
// text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/options.h"

namespace mgr::client {

// The words of a line as bash(1) and zsh(1) take them apart, up to the cursor.
struct TypedWords {
  std::vector<std::string> words{""};  // without quotes; the last one, maybe empty, is typed now
  // Of the last one: it is text and stands for itself. False for `$x`, a back quote, a pattern, ~
  // or a history event, whose meaning only the shell knows.
  bool is_literal = true;
  bool is_open = false;         // a quote is open, or a backslash waits for its character
  bool is_redirection = false;  // it names a file of the shell's, behind < or >
};

// `home` stands for ~/ at the front of a word.
[[nodiscard]] TypedWords split_typed_line(std::string_view line, const std::string& home);

struct TypedLine {
  std::vector<std::string> words;     // before the last one, but for options and their values
  std::size_t plain_from = SIZE_MAX;  // the first of the words behind `--`
  std::vector<std::pair<std::string, std::string>> options;  // "--body" and its value, as given
  const OptionHelp* open = nullptr;                          // the option whose value is typed now
  std::string before;   // of the last word, what stands before that value: "--body="
  std::string current;  // what is typed now: of that value, else of the word

  [[nodiscard]] bool is_plain() const { return words.size() >= plain_from; }
  [[nodiscard]] const std::string* option(std::string_view name) const;
};

// `words` holds one at least, and not the command's own name; `known` must outlive what is
// returned.
[[nodiscard]] TypedLine read_typed_line(const std::vector<std::string>& words,
                                        const std::vector<OptionHelp>& known);

}  // namespace mgr::client
