// Clients, with the caller's own uid.
#include "client/failure.h"

namespace mgr::client {

bool leaves_doubt(Failure::Kind kind) {
  return kind != Failure::Kind::invalid_request && kind != Failure::Kind::cannot_connect;
}

std::string_view failure_name(Failure::Kind kind) {
  switch (kind) {
    case Failure::Kind::invalid_request:
      return "";
    case Failure::Kind::cannot_connect:
      return "unavailable";
    case Failure::Kind::connection_lost:
      return "connection lost";
    case Failure::Kind::no_answer:
      return "no answer";
    case Failure::Kind::bad_reply:
      return "bad reply";
    case Failure::Kind::unproven_reply:
      return "unproven reply";
  }
  return "";
}

}  // namespace mgr::client
