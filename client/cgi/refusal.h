// mgr.cgi, as the web server's user. What it refuses by itself, and how refusals are told in HTTP.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

#include "client/failure.h"
#include "protocol/error.h"

namespace mgr::cgi {

// An answer instead of what was asked for. `detail` goes to the browser, so it names nothing that
// only this machine knows; it may quote what was posted, since it leaves as JSON in ASCII.
struct [[nodiscard]] Refusal {
  int status;           // of HTTP (RFC 9110)
  Error error;          // as mgr would have it (PROTOCOL.md, "Errors")
  std::string data{};   // a JSON object; empty for none
  std::string notes{};  // for the web server's log alone; empty for none
  bool wants_token = false;
};

template <typename T>
using Judged = tl::expected<T, Refusal>;

// With the status that belongs to the code.
[[nodiscard]] tl::unexpected<Refusal> refuse(ErrorCode code, std::string detail);
// With another: of one error of mgr's there are several in HTTP.
[[nodiscard]] tl::unexpected<Refusal> refuse(int status, ErrorCode code, std::string detail);
// How this machine is set up keeps it from answering; why stands in the web server's log.
[[nodiscard]] tl::unexpected<Refusal> broken(std::string notes);
// Of a request that got no reply.
[[nodiscard]] Refusal unanswered(const client::Failure& failure);

// 403 of denied, … ; 502 of a code that a later version of mgr may have.
[[nodiscard]] int status_of(int err_code);
// "Forbidden"; empty for what mgr.cgi never says.
[[nodiscard]] std::string_view reason_of(int status);

// The reply's line, as mgr's own refusals have it, its line feed included.
[[nodiscard]] std::string line_of(const Refusal& refusal);

}  // namespace mgr::cgi
