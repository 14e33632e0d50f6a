// mgr.cgi, as the web server's user. What is checked of a request before a byte of its body is
// read. Pure; distrusts all that the client says.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "client/cgi/environment.h"

namespace mgr::cgi {

enum class Place { request, token, stream };  // what the path asks for
enum class Encoding { json, form };

// A body that mgr takes, in base64, with fields beside it.
inline constexpr std::size_t max_content_length = (std::size_t{3} << 19) + (std::size_t{1} << 16);

// Somebody whom the web server knows asks, from a page of this site.
struct Admission {
  Place place;
  Encoding encoding;
  std::size_t content_length;
  std::string user;  // a value (is_value), not empty, without spaces around it
  std::string host;  // folded
};

// The checks in their order; the first that fails is the answer. `uid` is this process's.
[[nodiscard]] Judged<Admission> admit(const Environment& environment, unsigned uid);

// Of CONTENT_TYPE: a type that is known, with no parameter but charset, which is utf-8.
[[nodiscard]] Judged<Encoding> read_content_type(std::string_view text);
// Of CONTENT_LENGTH: digits and nothing else.
[[nodiscard]] Judged<std::size_t> read_content_length(std::string_view text);
// Of MGR_USER. What a configuration has left there unexpanded is nobody: "$remote_user", "(null)".
[[nodiscard]] Judged<std::string> read_user(std::string_view text);

}  // namespace mgr::cgi
