// mgr.cgi, as the web server's user. Collects the fields of a body, whatever it was encoded in.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "client/cgi/posted.h"

namespace mgr::cgi {

inline constexpr const char* body_field = "mgr-body";
inline constexpr const char* token_field = "mgr-token";

class PostedFields {
 public:
  // Refuses a name that is none or that has come before, a value that is none, and too many.
  // Of mgr-body the value is its bytes.
  [[nodiscard]] Judged<void> add(std::string_view name, std::string value);
  [[nodiscard]] Posted take() { return std::move(posted_); }

 private:
  Posted posted_;
  std::set<std::string> names_;
};

}  // namespace mgr::cgi
