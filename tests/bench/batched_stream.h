// The limit program's one way to read and write: a raw stream socket under uv_poll, whose output
// gathers during a turn of the loop and leaves in one send (see TurnEnd).
#pragma once

#include <uv.h>

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "tests/bench/unix_socket.h"

namespace mgr::bench {

// Made with new, and deleted by libuv's close callback after end(): the poll handle inside must
// outlive the turn in which it is closed. Output is not bounded, which suits clients that wait for
// their replies and nobody else.
class BatchedStream {
 public:
  BatchedStream(uv_loop_t* loop, UniqueFd fd);
  BatchedStream(const BatchedStream&) = delete;
  BatchedStream& operator=(const BatchedStream&) = delete;

  // Bytes for the next flush.
  void queue(std::string_view bytes) { queued_ += bytes; }
  // One send of all that is queued; what the socket does not take leaves when it is writable.
  void flush();
  // Closes the descriptor and, at the end of the turn, deletes this.
  void end();

 protected:
  virtual ~BatchedStream() = default;
  virtual void on_readable() = 0;
  // All that was queued has been sent, or nobody is left to send it to.
  virtual void on_flushed() {}

  // One recv. Nothing: no bytes now. Empty: the peer has ended or the connection is broken.
  [[nodiscard]] std::optional<std::string_view> receive(std::span<char> buffer) const;
  void stop_reading();
  [[nodiscard]] bool has_queued() const { return !queued_.empty(); }

 private:
  void poll_for(int events);

  UniqueFd fd_;
  uv_poll_t poll_{};
  bool ended_ = false;
  int events_ = 0;
  std::string queued_;
};

// Calls `at_end` once in each turn of the loop, after all its reading. Lives as long as the loop.
class TurnEnd {
 public:
  TurnEnd(uv_loop_t* loop, std::function<void()> at_end);
  TurnEnd(const TurnEnd&) = delete;
  TurnEnd& operator=(const TurnEnd&) = delete;

 private:
  uv_check_t check_{};
  std::function<void()> at_end_;
};

// Ends the process with libuv's text when `result` is an error: it is called below libuv, which no
// exception may cross.
void must(int result, const char* call);

}  // namespace mgr::bench
