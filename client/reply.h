// Clients, with the caller's own uid. Distrusts the line: the broker that sent it may be anybody's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "client/failure.h"

namespace mgr::client {

// A reply as PROTOCOL.md ("Replies") has it. Every text may hold any character: what goes to a
// terminal passes harmless() first.
struct Reply {
  bool success = false;
  std::string msg;          // of a success: "start ok"
  int err_code = 0;         // of a refusal: the number in the error table, or a later version's
  std::string error;        // its word
  std::string detail;       // for people
  std::uint64_t audit = 0;  // the number to quote to an admin; 0 for none
  std::string data_json;    // JSON in ASCII on one line, or empty; of a refusal, where it has any
  bool more = false;        // another line of the same reply follows
  std::string line;         // all of it, as it came
  std::string signed_with;  // what the request was signed with, for people; empty for unsigned
  // A refusal of a signed request that the host has not signed: it is the broker's word alone, and
  // proves nothing.
  bool is_unproven = false;
};

// Fails with bad_reply where the line is no JSON, or has not the shape of a reply.
[[nodiscard]] Outcome<Reply> parse_reply(std::string_view line);

}  // namespace mgr::client
