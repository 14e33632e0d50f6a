// Clients (mgrctl and whoever links mgr_client), with the caller's own uid.
// What can go wrong before there is a reply. A refusal by the daemon is no Failure but a Reply.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace mgr::client {

struct [[nodiscard]] Failure {
  enum class Kind {
    invalid_request,  // outside the grammar or the schema; nothing was sent
    cannot_connect,   // nothing was sent
    connection_lost,  // the stream ended without a reply line
    no_answer,        // the time is up
    bad_reply,        // what came is no reply
    unproven_reply,   // it has not the signature of the host that the request was signed for
  };
  Kind kind = Kind::invalid_request;
  std::string detail;  // for people; may quote the daemon, so it passes harmless() on its way out
};

template <typename T>
using Outcome = tl::expected<T, Failure>;

[[nodiscard]] inline tl::unexpected<Failure> failed(Failure::Kind kind, std::string detail) {
  return tl::unexpected<Failure>(Failure{kind, std::move(detail)});
}

// True where the request may have been carried out all the same: all but the first two.
[[nodiscard]] bool leaves_doubt(Failure::Kind kind);

// "unavailable", "connection lost", … : the word before the detail. Empty for invalid_request,
// whose detail says it all.
[[nodiscard]] std::string_view failure_name(Failure::Kind kind);

}  // namespace mgr::client
