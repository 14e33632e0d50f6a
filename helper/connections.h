// The local connections that this helper accepted and handed down, by number: whose they are, and
// whether the client is still there. Helper, root.
#pragma once

#include <uv.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <unordered_map>

#include "helper/identity.h"
#include "helper/jobs/watch.h"
#include "protocol/descriptor.h"
#include "protocol/error.h"

namespace mgr {

class Connections {
 public:
  // The epoll set of the copies is polled by `loop`; it must outlive the loop's run.
  static Result<std::unique_ptr<Connections>> open(uv_loop_t* loop);
  ~Connections() = default;
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;

  // Takes `socket` over and gives it a number that is never used again; 0 where it cannot be
  // watched, and is closed.
  std::uint64_t add(Descriptor socket, Caller caller);

  // Whose connection that is, now that a request came over it: it may not be told later that
  // nothing was started. nullptr for a number that was never given, or whose client has been gone
  // for over a second: what the broker sends in its name after that is not the client's.
  [[nodiscard]] const Caller* asking(std::uint64_t number);

  // It carries a stream from now on: a broker that was taken over must find no further request in
  // an admin's connection that only listens.
  void streams(std::uint64_t number);
  [[nodiscard]] bool is_streaming(std::uint64_t number) const;

  // From now on `gone` is told which clients have gone, once nothing more can be asked in their
  // name.
  void tell_gone(std::function<void(std::uint64_t)> gone) { gone_ = std::move(gone); }

  // The broker is done with it.
  void forget(std::uint64_t number);

  // The broker is lost: those that asked nothing are told `line` and shut down. Of the others only
  // the copies are closed: a broker that ends in order still has answers for them.
  void end_all(std::string_view line);

  void for_each_caller(const std::function<void(Caller&)>& visit) {
    for (auto& [number, entry] : entries_) visit(entry.caller);
  }

  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    Descriptor socket;  // empty once the client has gone
    Caller caller;
    std::uint64_t gone_at_ms = 0;  // loop time
    bool asked = false;
    bool streams = false;
  };
  struct Departure {
    std::uint64_t number, at_ms;
  };

  Connections(uv_loop_t* loop, Descriptor epoll) : loop_(loop), epoll_(std::move(epoll)) {}
  void note_hang_ups();
  void sweep();
  void arm_sweep();

  uv_loop_t* loop_;
  Descriptor epoll_;
  std::unique_ptr<Watch> hang_ups_;
  std::unique_ptr<Watch> next_sweep_;  // while there are departures
  std::uint64_t last_number_ = 0;
  std::unordered_map<std::uint64_t, Entry> entries_;
  std::function<void(std::uint64_t)> gone_;
  std::deque<Departure> departures_;  // in the order of time
};

}  // namespace mgr
