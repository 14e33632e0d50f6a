// The words for what is enumerated, as modules.d, the schema and messages have them: one table
// each. mgr-configure and mgrctl; pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "policy/argument.h"
#include "policy/policy.h"
#include "policy/run_settings.h"
#include "protocol/key.h"

namespace mgr {

[[nodiscard]] std::string_view word_of(TypeKind kind);   // "int", "bool", …
[[nodiscard]] std::string_view word_of(PathKind kind);   // "file", "folder", "any"
[[nodiscard]] std::string_view word_of(RunMode mode);    // "job", "output", "stream"
[[nodiscard]] std::string_view word_of(Proof proof);     // "none", "kernel", "signed"
[[nodiscard]] std::string_view word_of(JobScope scope);  // "own", "claimed", "all"
[[nodiscard]] std::string_view word_of(KeyType type);    // "ed25519", "hmac-sha256"

// What that word stands for, to the letter; nothing where it is none of them.
template <typename Enum>
[[nodiscard]] std::optional<Enum> find_word(std::string_view word) {
  for (int number = 0; number <= static_cast<int>(Enum::last_value); ++number) {
    if (word_of(static_cast<Enum>(number)) == word) return static_cast<Enum>(number);
  }
  return std::nullopt;
}

// All of them, in order: `"file", "folder" or "any"`.
template <typename Enum>
[[nodiscard]] std::string all_words() {
  constexpr int last = static_cast<int>(Enum::last_value);
  std::string text;
  for (int number = 0; number <= last; ++number) {
    if (number > 0) text += number == last ? " or " : ", ";
    text.append("\"").append(word_of(static_cast<Enum>(number))).append("\"");
  }
  return text;
}

}  // namespace mgr
