// mgrctl, with the caller's own uid. What an admin has answered to `setup`. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace mgr::client {

// A module that the web may ask for.
struct Choice {
  std::string module;
  std::vector<std::string> actions{};  // none: those that setup grants of it by itself
  std::vector<std::string> values{};   // where a rule has to list some: the units, the recipients
};

struct Answers {
  std::string web_user;                 // "": there is no web front end
  std::string web_key{};                // the id of the key that it signs with; "" for none
  std::vector<Choice> allowed{};        // in the order of the schema
  std::string admin{};                  // who is put into the admins' group; "" for nobody
  std::optional<std::string> listen{};  // [broker] listen; nothing: it stays as it is
};

}  // namespace mgr::client
