// mgr.cgi, as the web server's user.
#include "client/cgi/refusal.h"

#include <algorithm>
#include <array>

#include "protocol/reply.h"

namespace mgr::cgi {
namespace {

struct Reason {
  int status;
  std::string_view words;
};

// RFC 9110, section 15, and RFC 6585.
constexpr std::array<Reason, 15> reasons{{{200, "OK"},
                                          {400, "Bad Request"},
                                          {403, "Forbidden"},
                                          {404, "Not Found"},
                                          {405, "Method Not Allowed"},
                                          {408, "Request Timeout"},
                                          {409, "Conflict"},
                                          {411, "Length Required"},
                                          {413, "Content Too Large"},
                                          {415, "Unsupported Media Type"},
                                          {429, "Too Many Requests"},
                                          {500, "Internal Server Error"},
                                          {502, "Bad Gateway"},
                                          {503, "Service Unavailable"},
                                          {504, "Gateway Timeout"}}};

constexpr int status_of_others = 502;

}  // namespace

int status_of(int err_code) {
  if (err_code < 1 || err_code > static_cast<int>(ErrorCode::last_value)) return status_of_others;
  switch (static_cast<ErrorCode>(err_code)) {
    case ErrorCode::unknown_action:
    case ErrorCode::not_found:
      return 404;
    case ErrorCode::unauthenticated:
    case ErrorCode::denied:
    case ErrorCode::stale:
      return 403;
    case ErrorCode::malformed:
    case ErrorCode::invalid_argument:
      return 400;
    case ErrorCode::busy:
      return 429;
    case ErrorCode::unavailable:
      return 503;
    case ErrorCode::too_large:
      return 413;
    case ErrorCode::conflict:
      return 409;
    case ErrorCode::timeout:
      return 504;
    case ErrorCode::failed:
      break;
  }
  return status_of_others;
}

std::string_view reason_of(int status) {
  const auto* found = std::ranges::find(reasons, status, &Reason::status);
  return found == reasons.end() ? std::string_view() : found->words;
}

tl::unexpected<Refusal> refuse(ErrorCode code, std::string detail) {
  return refuse(status_of(static_cast<int>(code)), code, std::move(detail));
}

tl::unexpected<Refusal> refuse(int status, ErrorCode code, std::string detail) {
  return tl::unexpected(Refusal{status, {code, std::move(detail)}});
}

tl::unexpected<Refusal> broken(std::string notes) {
  constexpr const char* detail =
      "mgr.cgi is not set up as it has to be: why stands in the web server's log";
  return tl::unexpected(Refusal{500, {ErrorCode::failed, detail}, "", std::move(notes)});
}

Refusal unanswered(const client::Failure& failure) {
  using Kind = client::Failure::Kind;
  switch (failure.kind) {
    case Kind::invalid_request:
      return refuse(ErrorCode::malformed, failure.detail).value();
    case Kind::cannot_connect:  // its detail names the socket
      return {503, {ErrorCode::unavailable, "mgr is not there"}, "", failure.detail};
    case Kind::no_answer:
      return refuse(ErrorCode::timeout, "no answer in time; it may still be carried out").value();
    case Kind::connection_lost:
    case Kind::bad_reply:
    case Kind::unproven_reply:
      break;
  }
  return {502,
          {ErrorCode::failed,
           std::string(client::failure_name(failure.kind)) + "; it may have been carried out"},
          "",
          failure.detail};
}

std::string line_of(const Refusal& refusal) { return failure_line(refusal.error, 0, refusal.data); }

}  // namespace mgr::cgi
