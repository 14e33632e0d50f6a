// mgr-helper, root. Its peer is the broker alone, and nothing that the broker says is believed.
#include "helper/link.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "helper/peer_credentials.h"
#include "mgr_version.h"
#include "protocol/reply.h"
#include "protocol/signed_request.h"

namespace mgr {
namespace {

constexpr std::size_t receive_size = 256 << 10;
// Past this the broker is not read until it has taken its replies; past the second it is sent away.
constexpr std::size_t out_pause = 4 << 20;
constexpr std::size_t out_limit = 64 << 20;
// What stands before it in a reply, and the signature in it.
constexpr std::size_t longest_line = max_reply_length - 5 - 128;

bool has_hung_up(const Descriptor& peer) {
  pollfd look{peer.get(), 0, 0};
  return poll(&look, 1, 0) > 0 && (look.revents & POLLHUP) != 0;
}

}  // namespace

// The dispatch table: what the broker may say, when, and who answers. What has no row is refused.
struct Link::Row {
  MessageKind kind;
  State required;
  bool (Link::*answer)(const Frame&);
};

Link::Link(uv_loop_t* loop, Descriptor listener, uid_t broker, LinkEvents events)
    : loop_(loop),
      listener_(std::move(listener)),
      broker_(broker),
      events_(std::move(events)),
      listener_poll_(Watch::descriptor(loop, listener_.get(), UV_READABLE, [this] {
                       accept_peer();
                     }).value()) {}

// Who before what: nothing is read and nothing is kept of a peer before its uid is known.
void Link::accept_peer() {
  // Its last words first. Both may have waited in the backlog, and who comes next still does.
  if (peer_ && has_hung_up(peer_)) return;
  Descriptor peer(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!peer) return;
  const auto credentials = read_peer_credentials(peer.get());
  if (!credentials || credentials->uid != broker_) {
    return events_.violation("a peer that is not the broker, uid " +
                             (credentials ? std::to_string(credentials->uid) : "unknown"));
  }
  if (state_ != State::down) {
    return events_.violation("a second broker while the first is connected");
  }
  peer_ = std::move(peer);
  state_ = State::greeting;
  ++generation_;
  reader_ = FrameReader();
  watching_ = UV_READABLE;
  auto poll = Watch::descriptor(loop_, peer_.get(), watching_, [this] { turn(); });
  if (!poll) return close_peer();
  peer_poll_ = std::move(*poll);
  out_.put(MessageKind::hello, 0,
           encode(HelloMessage{root_language_version, "mgr-helper " MGR_VERSION}));
}

bool Link::end() { return peer_ && shutdown(peer_.get(), SHUT_RD) == 0; }

void Link::turn() {
  if ((watching_ & UV_WRITABLE) != 0) flush();
  if (peer_ && (watching_ & UV_READABLE) != 0 && !has_more_) receive();
  if (peer_) peer_poll_->keep(watching_);  // libuv gives a descriptor up at its first error
}

void Link::receive() {
  // One read a turn: what is left keeps the descriptor readable, and others get their turn.
  if (!receive_once()) return;
  has_more_ = true;
  dispatch_all();
}

bool Link::receive_once() {
  // Room for descriptors only to see that there are some: they travel downwards alone.
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * LinkOutput::most_passengers_a_send)>
      control{};
  iovec buffer{reader_.space(receive_size), receive_size};
  msghdr message{};
  message.msg_iov = &buffer;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t count = recvmsg(peer_.get(), &message, MSG_CMSG_CLOEXEC);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  if (count <= 0) {
    break_off("");
    return false;
  }
  bool descriptors = (message.msg_flags & MSG_CTRUNC) != 0;
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr;
       part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    descriptors = true;
    for (std::size_t at = CMSG_LEN(0); at + sizeof(int) <= part->cmsg_len; at += sizeof(int)) {
      int descriptor = -1;
      std::memcpy(&descriptor, reinterpret_cast<char*>(part) + at, sizeof descriptor);
      Descriptor(descriptor).reset();
    }
  }
  if (descriptors) {
    break_off("the broker sent a descriptor");
    return false;
  }
  reader_.received(static_cast<std::size_t>(count));
  return true;
}

bool Link::go_on() {
  if (!has_more_ || out_.waiting() >= out_pause) return false;
  dispatch_all();
  return true;
}

void Link::dispatch_all() {
  Frame frame{};
  // What waits for the broker to take its replies stays in the reader.
  while (peer_ && out_.waiting() < out_pause) {
    switch (reader_.next(frame)) {
      case FrameReader::State::incomplete:
        has_more_ = false;
        return;
      case FrameReader::State::broken:
        return break_off("a header of no known message");
      case FrameReader::State::frame:
        if (!dispatch(frame)) return break_off("a message out of order or that does not decode");
    }
  }
}

bool Link::dispatch(const Frame& frame) {
  static constexpr std::array<Row, 5> table{
      {{MessageKind::hello, State::greeting, &Link::answer_hello},
       {MessageKind::run, State::up, &Link::answer_run},
       {MessageKind::closed, State::up, &Link::answer_closed},
       {MessageKind::refusals, State::up, &Link::answer_refusals},
       {MessageKind::counters, State::up, &Link::answer_counters}}};
  const auto row = std::ranges::find(table, frame.kind, &Row::kind);
  return row != table.end() && row->required == state_ && (this->*row->answer)(frame);
}

bool Link::answer_hello(const Frame& frame) {
  const auto hello = decode<HelloMessage>(frame.payload);
  if (!hello) return false;
  // A broker of another version sees ours in the greeting, and ends to be started anew.
  if (hello->version != root_language_version) return true;
  state_ = State::up;
  events_.up();
  return true;
}

bool Link::answer_run(const Frame& frame) {
  const auto message = decode<RunMessage>(frame.payload);
  // No client can have sent more, and each would stand in the audit line.
  if (!message || message->fields.size() > max_fields) return false;
  events_.answer_run({generation_, frame.id}, *message);
  return true;
}

bool Link::answer_closed(const Frame& frame) {
  const auto message = decode<ClosedMessage>(frame.payload);
  if (message) events_.answer_closed(*message, frame.id);
  return message.has_value();
}

bool Link::answer_refusals(const Frame& frame) {
  const auto message = decode<RefusalsMessage>(frame.payload);
  if (!message || message->refusals.size() > max_refusals) return false;
  events_.answer_refusals(*message);
  return true;
}

bool Link::answer_counters(const Frame& frame) {
  auto message = decode<CountersMessage>(frame.payload);
  if (!message || message->values.size() != broker_counters.size()) return false;
  counters_ = std::move(message->values);
  return true;
}

void Link::break_off(std::string_view why) {
  if (!why.empty()) events_.violation(why);
  close_peer();
  events_.lost();
}

void Link::close_peer() {
  if (!peer_) return;
  peer_poll_.reset();
  peer_.reset();
  state_ = State::down;
  out_.clear();
  counters_.clear();
  has_more_ = false;
}

void Link::send_settings(std::string_view payload) {
  if (is_up()) out_.put(MessageKind::settings, 0, payload);
}

void Link::send_connection(const ConnectionMessage& message, int descriptor) {
  if (!is_up()) return;
  Descriptor copy(fcntl(descriptor, F_DUPFD_CLOEXEC, 0));
  if (!copy) return;
  out_.put(MessageKind::connection, 0, encode(message));
  out_.add_passenger(std::move(copy));
}

void Link::send_reply(const ReplyTo& to, std::string_view line) {
  if (!is_up() || to.link != generation_) return;
  if (line.size() > longest_line) {
    return send_reply(to, failure_line({ErrorCode::too_large, "the answer is too long"}));
  }
  if (to.nonce.empty())
    return out_.put(MessageKind::reply, to.id, encode(ReplyMessage{false, line}));
  const std::string whole = with_signature(line, events_.sign(to, line));
  out_.put(MessageKind::reply, to.id, encode(ReplyMessage{false, whole}));
}

bool Link::send_part(const ReplyTo& to, std::string_view line) {
  if (!is_up() || to.link != generation_) return true;
  if (out_.waiting() >= out_pause || line.size() > longest_line) return false;
  out_.put(MessageKind::reply, to.id, encode(ReplyMessage{true, line}));
  return true;
}

void Link::send_follow(const ReplyTo& to, const FollowMessage& message,
                       std::array<Descriptor, 3> files) {
  if (!is_up() || to.link != generation_) return;
  out_.put(MessageKind::follow, to.id, encode(message));
  for (Descriptor& file : files) out_.add_passenger(std::move(file));
}

// A broker that does not keep up looks again at the next one, or at the last reply.
void Link::send_grew(const ReplyTo& to, std::uint64_t bytes) {
  if (!is_up() || to.link != generation_ || out_.waiting() >= out_pause) return;
  out_.put(MessageKind::grew, to.id, encode(GrewMessage{bytes}));
}

void Link::send_result(const ReplyTo& to, const ResultMessage& message,
                       std::array<Descriptor, 3> files) {
  if (!is_up() || to.link != generation_) return;
  ResultMessage told = message;
  const std::string signature = to.nonce.empty() ? "" : events_.sign(to, message.line);
  told.signature = signature;
  out_.put(MessageKind::result, to.id, encode(told));
  for (Descriptor& file : files) out_.add_passenger(std::move(file));
}

void Link::flush() {
  if (!peer_ || out_.waiting() == 0) return;
  if (!out_.send_to(peer_.get())) return break_off("");
  if (out_.waiting() > out_limit) return break_off("the broker takes no replies");
  watch();
}

void Link::watch() {
  if (!peer_) return;
  const std::size_t waiting = out_.waiting();
  const int events = (waiting > 0 ? UV_WRITABLE : 0) | (waiting < out_pause ? UV_READABLE : 0);
  if (events == watching_) return;
  watching_ = events;
  peer_poll_->change(events);
}

}  // namespace mgr
