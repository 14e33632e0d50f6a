// mgrctl, with the caller's own uid. Makes names of mgr's grammar from words of other people's
// files, whatever is in them.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace mgr::client {

// `text` as a name (protocol/text.h): lower case, each run of other characters one '-', at most 32;
// `prefix`, a name itself, is put before what would begin with no letter.
[[nodiscard]] std::string fold_name(std::string_view text, std::string_view prefix);

// Gives each thing a name of its own, numbering those that fold to the same. The same things in the
// same order get the same names.
class NameBook {
 public:
  explicit NameBook(std::string prefix) : prefix_(std::move(prefix)) {}

  // The name of the thing that `key` stands for; at its first time made from `text`.
  const std::string& name_of(const std::string& key, std::string_view text);

 private:
  std::string prefix_;
  std::map<std::string, std::string> names_;
  std::set<std::string> taken_;
  std::map<std::string, unsigned> last_numbers_;
};

}  // namespace mgr::client
