// Broker (uid mgr-broker). The link: the one UNIX stream socket to the helper, in the language of
// root. Each tell_x and ask_x here has its hear_x or answer_x in the helper.
//
// The helper is root and trusted to decide, but its bytes are checked like any: a message that does
// not decode, is unknown or out of order, or has a descriptor too many or too few, drops the link.
// A lost link is made again: at once, then after 50 ms, doubling to a second.
//
// Whichever of the two ends in order takes what was asked before, answers it, and only then closes:
// the helper reads no more (the kernel refuses what is sent after that), the broker sends no more.
//
// Descriptors: in the order of the messages, a connection owns one, a follow and a result three.
// They arrive with the first byte of the sendmsg that carries them, so these messages stand at the
// front of that sendmsg (253 of them are 7,337 bytes, which the kernel takes whole or not at all).
// When all that has come is decoded and nothing is cut off, a descriptor that no message has
// claimed is one too many.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "broker/loop.h"
#include "broker/outbox.h"
#include "protocol/descriptor.h"
#include "protocol/root_language.h"

namespace mgr::broker {

// What the link tells the pipeline. Called while the link reads, or (link_lost) sends.
class LinkEvents {
 public:
  // After hello.
  virtual void hear_settings(const SettingsMessage& settings) = 0;
  virtual void hear_connection(const ConnectionMessage& connection, Descriptor socket) = 0;
  // False where no such request waits: the link is dropped.
  [[nodiscard]] virtual bool hear_reply(std::uint64_t id, const ReplyMessage& reply) = 0;
  // A job's output: open files to be read, and that there is more in them. False as hear_reply's.
  [[nodiscard]] virtual bool hear_follow(std::uint64_t id, const FollowMessage& follow,
                                         std::array<Descriptor, descriptors_of_output> files) = 0;
  [[nodiscard]] virtual bool hear_grew(std::uint64_t id) = 0;
  // A last reply that the job's output completes.
  [[nodiscard]] virtual bool hear_result(std::uint64_t id, const ResultMessage& result,
                                         std::array<Descriptor, descriptors_of_output> files) = 0;
  // `sent`: the position up to which the kernel has taken what was asked.
  virtual void link_lost(std::uint64_t sent) = 0;
  // The helper speaks another version: only an upgraded program can talk to it.
  virtual void version_differs() = 0;

 protected:
  ~LinkEvents() = default;
};

class Link {
 public:
  // `helper_uid`: whose socket it must be (SO_PEERCRED), root's; a test has its own.
  Link(uv_loop_t* loop, std::string path, uid_t helper_uid, LinkEvents& events);

  // The first attempt; from then on the link looks after itself.
  void open();
  // The end of this process: what was asked is sent, and nothing more; link_lost comes when the
  // helper has answered it.
  void end();
  // True from the first settings until the link is lost.
  [[nodiscard]] bool is_up() const { return state_ == State::ready; }
  // And no longer than something can be asked.
  [[nodiscard]] bool is_ready() const { return is_up() && !asks_no_more_; }

  // These gather until flush(); only while is_ready().
  // The position behind the message, to be compared with link_lost's.
  std::uint64_t ask_run(std::uint64_t id, const RunMessage& request);
  void tell_closed(std::uint64_t connection);
  // Nobody waits for the answer to that request any more, which came from the network.
  void tell_abandoned(std::uint64_t id);
  void tell_refusals(const RefusalsMessage& refusals);
  void tell_counters(const CountersMessage& counters);

  // The position up to which the kernel has taken what was asked.
  [[nodiscard]] std::uint64_t sent() const { return outbox_.sent(); }

  // The end of a turn: one send.
  void flush();
  [[nodiscard]] bool needs_flush() const { return needs_flush_; }

 private:
  static constexpr std::uint64_t first_backoff_ms = 50;
  enum class State : std::uint8_t { down, awaits_hello, awaits_settings, ready };
  [[nodiscard]] static constexpr unsigned in(State state) {
    return 1u << static_cast<unsigned>(state);
  }
  struct Row;
  static const Row rows[];

  void connect();
  [[nodiscard]] Result<void> try_connect();
  void read();
  [[nodiscard]] bool take_frames();
  [[nodiscard]] bool take(const Frame& frame);
  [[nodiscard]] bool take_hello(const Frame& frame);
  [[nodiscard]] bool take_settings(const Frame& frame);
  [[nodiscard]] bool take_connection(const Frame& frame);
  [[nodiscard]] bool take_reply(const Frame& frame);
  [[nodiscard]] bool take_follow(const Frame& frame);
  [[nodiscard]] bool take_grew(const Frame& frame);
  [[nodiscard]] bool take_result(const Frame& frame);
  // The three of a follow or a result; false where they have not come.
  [[nodiscard]] bool claim(std::array<Descriptor, 3>& files);
  void put(MessageKind kind, std::uint64_t id, std::string_view payload);
  void drop(std::string_view why);

  uv_loop_t* loop_;
  std::string path_;
  uid_t helper_uid_;
  LinkEvents& events_;
  Descriptor socket_;
  Watch watch_;
  Timer retry_;
  std::uint64_t backoff_ms_ = first_backoff_ms;  // 0 right after a link that worked
  State state_ = State::down;
  bool needs_flush_ = false;
  bool asks_no_more_ = false;  // answers are still read
  FrameReader reader_;
  Outbox outbox_;
  std::deque<Descriptor> unclaimed_;  // descriptors whose message is still to come
};

}  // namespace mgr::broker
