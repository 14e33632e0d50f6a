// mgrctl, with the caller's own uid. Takes a command line apart as sh(1) would, where there is
// nothing in it but words and quotes. Distrusts the text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mgr::client {

struct ShellWord {
  std::string text;
  bool is_quoted = false;  // any part of it was quoted or escaped
};

struct ShellLine {
  std::vector<ShellWord> words;
  // What a shell would do beyond words, for people: "a pipeline (|)". Empty where there is nothing
  // of the kind; else the words are not to be relied on.
  std::vector<std::string> shell_only;
};

[[nodiscard]] ShellLine split_shell_words(std::string_view line);

}  // namespace mgr::client
