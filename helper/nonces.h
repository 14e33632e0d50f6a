// The journal of nonces, /var/lib/mgr/nonces: a signed request is carried out once, also across the
// helper's death, a restart and a reboot. Helper, root; it alone reads and writes the file, and
// distrusts what is in it.
//
// A nonce is written before its request is acted on, without fsync(2): what the kernel was given
// outlives the process. What it does not outlive is a machine that goes down: so the file's head
// says on disk that it is in use, and of one that was not closed in order before another boot, is
// damaged or is missing, nothing is believed to be whole: NonceTable::distrust.
#pragma once

#include <string>
#include <string_view>

#include "helper/nonce_table.h"
#include "protocol/descriptor.h"
#include "protocol/error.h"
#include "protocol/paths.h"

namespace mgr {

class Nonces {
 public:
  // Reads the file and marks it as in use, on disk. `accept_clock`: root says that the clock is
  // right, though it was ahead: it counts from here on as after a start without records, and what
  // is known stays known. Fails where the file cannot be read or is no regular one; where it cannot
  // be written, record() tries again, and fails.
  static Result<Nonces> open(const Paths& paths, std::string boot_id, const Clocks& now,
                             bool accept_clock = false);

  // The nonce of a request whose signature has verified, to be carried out if this succeeds, and
  // only then. Fails as NonceTable::check does, and with failed where it cannot be written.
  [[nodiscard]] Result<void> record(std::string_view key, std::string_view nonce,
                                    std::int64_t time_s, const Clocks& now);

  // Nothing will be recorded any more: on disk when it returns.
  Result<void> close(const Clocks& now);

  [[nodiscard]] const NonceTable& table() const { return table_; }

 private:
  explicit Nonces(Descriptor folder) : folder_(std::move(folder)) {}
  void use(Descriptor file, std::size_t size);
  [[nodiscard]] Result<void> mark(const NonceHead& head);
  [[nodiscard]] Result<void> rewrite();

  Descriptor folder_;
  Descriptor file_;  // empty where it could not be marked as in use: it is written anew
  std::size_t size_ = 0;
  std::size_t rewrite_at_ = 0;  // when it has grown to this size
  NonceTable table_;
};

}  // namespace mgr
