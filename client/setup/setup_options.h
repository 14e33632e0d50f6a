// mgrctl, with the caller's own uid. What the command line answers of the questions of `setup`.
#pragma once

#include <optional>
#include <string>

namespace mgr::client {

// As they were written; lists with commas between, "none" for nobody and nothing.
struct SetupOptions {
  std::optional<std::string> web_user, allow, units, recipients, web_key, admin, listen;
  bool replace = false;
};

}  // namespace mgr::client
