// Clients, with the caller's own uid. The library's front door: one request, and its reply, of one
// line or of several. Distrusts what comes back.
//
//   const auto reply = ask("/run/mgr.sock", {"scan", "start", {{"task_ids", "1,2"}}}, deadline);
//   if (!reply) …  // no reply: reply.error() is a Failure
//   if (!reply->success) …  // refused: reply->err_code says why
//
//   auto exchange = Exchange::begin("/run/mgr.sock", {"job", "follow", {{"id", "7"}}}, deadline);
//   do {
//     line = exchange->next(no_deadline);
//   } while (line && line->more);
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/connection.h"
#include "client/failure.h"
#include "client/reply.h"
#include "client/server.h"
#include "protocol/field.h"

namespace mgr::client {

struct Request {
  std::string module, action;  // as the schema writes them; an alias may be in upper case
  std::vector<Field> arguments;
  std::string on_behalf_of;  // the web user that it is for, as the caller claims; empty for none
  bool wait = false;         // mgr-wait: the reply comes when the jobs that it starts have ended
  std::optional<std::string> body{};  // mgr-body: raw bytes, for an action that takes some
  bool confirm = false;               // mgr-confirm: this is really meant
  bool dry_run = false;               // mgr-dry-run: the reply says what would be done
  std::string request_id{};           // mgr-request-id: makes it safe to ask again; empty for none
};

// `name` with A-Z folded to a-z; other bytes as they are.
[[nodiscard]] std::string folded(std::string_view name);

// The bytes that go over the wire: the block, and the body behind it. Fails with invalid_request,
// without a byte for anybody, where a name, a value or a size is outside the grammar, a name stands
// twice after folding, or an argument has a reserved name: so no line break in a value can add a
// field or a second request.
[[nodiscard]] Outcome<std::string> write_request(const Request& request);

// The same, signed; `nonce` is what the reply's signature is about.
struct SignedRequest {
  std::string bytes;
  std::string nonce;
};
[[nodiscard]] Outcome<SignedRequest> write_signed_request(const Request& request,
                                                          const Signer& signer);

// One request under way on a connection of its own. A signed one is signed once it is connected,
// and what comes back is held against the host's own signature (signed_reply.h).
class Exchange {
 public:
  // Connects and sends. The deadline is for both.
  [[nodiscard]] static Outcome<Exchange> begin(const Server& server, const Request& request,
                                               Deadline deadline);

  // The next line of the reply. Another follows where it says `more`; after the last, and after a
  // refusal, there is none to ask for. After no_answer it may be called again.
  [[nodiscard]] Outcome<Reply> next(Deadline deadline);

  // The same where it is all there already, without waiting: for a loop over poll(2).
  [[nodiscard]] Outcome<std::optional<Reply>> take();
  [[nodiscard]] int descriptor() const { return connection_.descriptor(); }

 private:
  Exchange(Connection connection, std::shared_ptr<const Signer> signer, std::string nonce)
      : connection_(std::move(connection)), signer_(std::move(signer)), nonce_(std::move(nonce)) {}
  [[nodiscard]] Outcome<Reply> read(const std::string& line) const;

  Connection connection_;
  std::shared_ptr<const Signer> signer_;
  std::string nonce_;
};

// A reply that is to be of one line: one that says that others follow is a bad reply, since it
// proves nothing.
[[nodiscard]] Outcome<Reply> only_line(Outcome<Reply> reply);

// Connects, sends one request, reads the one line of its reply.
[[nodiscard]] Outcome<Reply> ask(const Server& server, const Request& request, Deadline deadline);

}  // namespace mgr::client
