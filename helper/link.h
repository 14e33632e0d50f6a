// The link to the broker: one UNIX stream socket at a time, the broker's uid alone. Helper, root;
// distrusts every byte. What does not decode, is of an unknown kind, comes out of order, carries a
// descriptor or is too long closes the link.
#pragma once

#include <sys/types.h>
#include <uv.h>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "helper/jobs/watch.h"
#include "helper/link_output.h"
#include "protocol/descriptor.h"
#include "protocol/root_language.h"

namespace mgr {

// Where an answer goes: the request's id, on the link that it came over. An answer for a link that
// is gone is dropped. `key` and `nonce`: of a request whose signature verified; its last line is
// signed for them.
struct ReplyTo {
  std::uint64_t link = 0, id = 0;
  std::string key{}, nonce{};
};

// What the link tells its owner; called from the loop.
struct LinkEvents {
  std::function<void()> up;  // the broker has said hello
  std::function<void()> lost;
  std::function<void(ReplyTo, const RunMessage&)> answer_run;
  std::function<void(const ClosedMessage&, std::uint64_t id)> answer_closed;
  std::function<void(const RefusalsMessage&)> answer_refusals;
  // The signature of a reply, base64 (signed_request.h).
  std::function<std::string(const ReplyTo&, std::string_view line)> sign;
  std::function<void(std::string_view)> violation;  // why a peer was sent away, for the audit
};

class Link {
 public:
  // `listener` listens on helper.sock and is taken over; `broker` is the only uid that may connect.
  Link(uv_loop_t* loop, Descriptor listener, uid_t broker, LinkEvents events);
  ~Link() = default;
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  [[nodiscard]] bool is_up() const { return state_ == State::up; }

  // Takes what the broker has sent by now, which the kernel tells it, and no more; `lost` is called
  // when that has been answered. False where there is no broker.
  [[nodiscard]] bool end();

  // Each is queued, in order, until the next flush, and dropped where the link is not up. What is
  // the last line of an answer is signed, where its request was.
  void send_settings(std::string_view payload);
  // The descriptor is duplicated; the caller keeps its own.
  void send_connection(const ConnectionMessage& message, int descriptor);
  void send_reply(const ReplyTo& to, std::string_view line);
  // One of several lines. False where so much waits for the broker that it is not taken.
  [[nodiscard]] bool send_part(const ReplyTo& to, std::string_view line);
  // A job's output: its three files, and that more is in them.
  void send_follow(const ReplyTo& to, const FollowMessage& message,
                   std::array<Descriptor, 3> files);
  void send_grew(const ReplyTo& to, std::uint64_t bytes);
  // The last reply, with a job's three files.
  void send_result(const ReplyTo& to, const ResultMessage& message,
                   std::array<Descriptor, 3> files);
  // What the broker that is there has told last, as CountersMessage has it; empty before that.
  [[nodiscard]] const std::vector<std::uint64_t>& counters() const { return counters_; }
  // False while the broker does not take the descriptors that wait for it.
  [[nodiscard]] bool takes_files() const { return out_.passengers() < most_waiting_descriptors; }

  // Goes on with what was received while the broker did not take its replies; true where it did.
  bool go_on();

  // At the end of each turn of the loop: all that is queued, in as few sends as descriptors allow.
  void flush();

 private:
  static constexpr std::size_t most_waiting_descriptors = 1536;
  enum class State { down, greeting, up };
  struct Row;  // of the dispatch table

  void accept_peer();
  void turn();
  void receive();
  bool receive_once();
  void dispatch_all();
  bool dispatch(const Frame& frame);
  void break_off(std::string_view why);
  void close_peer();
  void watch();

  bool answer_hello(const Frame& frame);
  bool answer_run(const Frame& frame);
  bool answer_closed(const Frame& frame);
  bool answer_refusals(const Frame& frame);
  bool answer_counters(const Frame& frame);

  uv_loop_t* loop_;
  Descriptor listener_;
  uid_t broker_;
  LinkEvents events_;
  std::unique_ptr<Watch> listener_poll_;
  Descriptor peer_;
  std::unique_ptr<Watch> peer_poll_;
  State state_ = State::down;
  std::uint64_t generation_ = 0;
  FrameReader reader_;
  LinkOutput out_;
  std::vector<std::uint64_t> counters_;
  int watching_ = 0;
  bool has_more_ = false;  // frames wait in the reader
};

}  // namespace mgr
