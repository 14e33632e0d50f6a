// mgrctl, with the caller's own uid. The words that are mgrctl's own, whatever modules there are:
// the one list of them and of the options that each takes, for who carries them out and for
// completion. Pure.
#pragma once

#include <span>
#include <string_view>

namespace mgr::client {

struct OwnWord {
  std::string_view words;    // "jobs", or "key add" of what has parts
  std::string_view options;  // that it takes, of those that are not for everything; spaces between
  std::string_view summary;  // for people, in one line
};

// In the order in which they should be shown; what has parts stands before them.
[[nodiscard]] std::span<const OwnWord> own_words();

// nullptr where those are none.
[[nodiscard]] const OwnWord* find_own_word(std::string_view words);

// Those that the words take; "" for words that are none.
[[nodiscard]] std::string_view options_of(std::string_view words);

// What MODULE ACTION takes.
[[nodiscard]] std::string_view options_of_actions();

// Whether `word` is among `words`, which have a space between: --as is not in "--as-of".
[[nodiscard]] bool has_word(std::string_view words, std::string_view word);

}  // namespace mgr::client
