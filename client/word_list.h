// mgrctl, with the caller's own uid. Words in a sentence. Pure.
#pragma once

#include <string>
#include <vector>

namespace mgr::client {

// "scan, service, mail"
[[nodiscard]] inline std::string word_list(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace mgr::client
