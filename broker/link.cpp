// Broker (uid mgr-broker); checks what the helper sends.
#include "broker/link.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "broker/ancillary.h"
#include "broker/log.h"
#include "mgr_version.h"

namespace mgr::broker {
namespace {

constexpr std::size_t read_length = 64 << 10;
constexpr std::size_t kept_outbox = 64 << 10;
constexpr std::uint64_t last_backoff_ms = 1000;

Result<Descriptor> connect_to(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) {
    return fail(ErrorCode::failed, "the path of the helper's socket is too long");
  }
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return fail_errno("socket");
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    return fail_errno("connect to " + path);
  }
  return socket;
}

// The listener's credentials, on the connecting side (unix(7)).
Result<void> check_peer(int socket, uid_t expected) {
  ucred credentials{};
  socklen_t length = sizeof(credentials);
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0) {
    return fail_errno("SO_PEERCRED");
  }
  if (credentials.uid == expected) return {};
  return fail(ErrorCode::failed,
              "the helper's socket belongs to uid " + std::to_string(credentials.uid));
}

}  // namespace

// What the helper may say, and when. What has no row, or not in that state, drops the link; the
// largest size of each kind is FrameReader's to hold (max_payload_length).
struct Link::Row {
  MessageKind kind;
  unsigned when;  // a set of states
  bool (Link::*take)(const Frame&);
};

const Link::Row Link::rows[] = {
    {MessageKind::reply, in(State::ready), &Link::take_reply},
    {MessageKind::grew, in(State::ready), &Link::take_grew},
    {MessageKind::follow, in(State::ready), &Link::take_follow},
    {MessageKind::result, in(State::ready), &Link::take_result},
    {MessageKind::connection, in(State::ready), &Link::take_connection},
    {MessageKind::settings, in(State::awaits_settings) | in(State::ready), &Link::take_settings},
    {MessageKind::hello, in(State::awaits_hello), &Link::take_hello},
};

Link::Link(uv_loop_t* loop, std::string path, uid_t helper_uid, LinkEvents& events)
    : loop_(loop),
      path_(std::move(path)),
      helper_uid_(helper_uid),
      events_(events),
      retry_(loop, [this] { connect(); }),
      outbox_(kept_outbox) {}

void Link::open() { connect(); }

void Link::end() {
  asks_no_more_ = true;
  needs_flush_ = true;
}

void Link::connect() {
  const auto connected = try_connect();
  if (connected) return;
  if (backoff_ms_ == first_backoff_ms) log_warning(connected.error().detail);
  drop("");
}

Result<void> Link::try_connect() {
  auto socket = connect_to(path_);
  if (!socket) return tl::unexpected(std::move(socket.error()));
  if (auto checked = check_peer(socket->get(), helper_uid_); !checked) return checked;
  socket_ = std::move(*socket);
  const auto on_event = [this](int events) {
    if ((events & UV_WRITABLE) != 0) needs_flush_ = true;
    if ((events & UV_READABLE) != 0) read();
  };
  if (auto opened = watch_.open(loop_, socket_.get(), on_event); !opened) return opened;
  watch_.want(UV_READABLE);
  state_ = State::awaits_hello;
  put(MessageKind::hello, 0,
      encode(HelloMessage{root_language_version, "mgr-broker " MGR_VERSION}));
  return {};
}

std::uint64_t Link::ask_run(std::uint64_t id, const RunMessage& request) {
  put(MessageKind::run, id, encode(request));
  return outbox_.position();
}

void Link::tell_closed(std::uint64_t connection) {
  put(MessageKind::closed, 0, encode(ClosedMessage{connection}));
}

void Link::tell_abandoned(std::uint64_t id) {
  put(MessageKind::closed, id, encode(ClosedMessage{0}));
}

void Link::tell_refusals(const RefusalsMessage& refusals) {
  put(MessageKind::refusals, 0, encode(refusals));
}

void Link::tell_counters(const CountersMessage& counters) {
  put(MessageKind::counters, 0, encode(counters));
}

void Link::put(MessageKind kind, std::uint64_t id, std::string_view payload) {
  if (state_ == State::down || asks_no_more_) return;
  append_frame(outbox_.buffer(), kind, id, payload);
  needs_flush_ = true;
}

void Link::flush() {
  needs_flush_ = false;
  if (state_ == State::down) return;
  switch (outbox_.flush(socket_.get())) {
    case Outbox::State::empty:
      break;
    case Outbox::State::stalled:
      return watch_.want(UV_READABLE | UV_WRITABLE);
    case Outbox::State::broken:  // the helper ends; what it has answered is still to be read
      asks_no_more_ = true;
  }
  if (asks_no_more_) ::shutdown(socket_.get(), SHUT_WR);
  watch_.want(UV_READABLE);
}

void Link::read() {
  if (state_ == State::down) return;
  Received got = receive_with_descriptors(socket_.get(), reader_.space(read_length), read_length);
  if (got.bytes < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got.bytes <= 0) return drop("the helper has gone");
  if (got.truncated) return drop("descriptors were cut off");
  std::move(got.descriptors.begin(), got.descriptors.end(), std::back_inserter(unclaimed_));
  reader_.received(static_cast<std::size_t>(got.bytes));
  if (!take_frames()) return drop("the helper sent what it may not");
  const bool cut_off = !reader_.empty() || static_cast<std::size_t>(got.bytes) == read_length;
  if (!unclaimed_.empty() && !cut_off) return drop("the helper sent a descriptor too many");
  // After an error on the socket the watch has stopped, but what came before it can still be read.
  watch_.want(watch_.wanted() | UV_READABLE);
}

bool Link::take_frames() {
  Frame frame{};
  for (;;) {
    switch (reader_.next(frame)) {
      case FrameReader::State::incomplete:
        return true;
      case FrameReader::State::broken:
        return false;
      case FrameReader::State::frame:
        if (!take(frame)) return false;
    }
  }
}

bool Link::take(const Frame& frame) {
  for (const Row& row : rows) {
    if (row.kind != frame.kind) continue;
    return (row.when & in(state_)) != 0 && (this->*row.take)(frame);
  }
  return false;
}

bool Link::take_hello(const Frame& frame) {
  const auto hello = decode<HelloMessage>(frame.payload);
  if (!hello) return false;
  if (hello->version != root_language_version) {
    log_error("the helper speaks version " + std::to_string(hello->version) +
              " of the language of root, and this program version " +
              std::to_string(root_language_version));
    events_.version_differs();
    return false;
  }
  state_ = State::awaits_settings;
  return true;
}

bool Link::take_settings(const Frame& frame) {
  const auto settings = decode<SettingsMessage>(frame.payload);
  if (!settings) return false;
  if (state_ != State::ready) log_info("linked with the helper");
  state_ = State::ready;
  backoff_ms_ = 0;
  events_.hear_settings(*settings);
  return true;
}

bool Link::take_connection(const Frame& frame) {
  const auto connection = decode<ConnectionMessage>(frame.payload);
  if (!connection || connection->connection == 0 || unclaimed_.empty()) return false;
  Descriptor socket = std::move(unclaimed_.front());
  unclaimed_.pop_front();
  events_.hear_connection(*connection, std::move(socket));
  return true;
}

bool Link::take_reply(const Frame& frame) {
  const auto reply = decode<ReplyMessage>(frame.payload);
  return reply && events_.hear_reply(frame.id, *reply);
}

bool Link::take_follow(const Frame& frame) {
  const auto follow = decode<FollowMessage>(frame.payload);
  std::array<Descriptor, descriptors_of_output> files;
  return follow && claim(files) && events_.hear_follow(frame.id, *follow, std::move(files));
}

bool Link::take_result(const Frame& frame) {
  const auto result = decode<ResultMessage>(frame.payload);
  std::array<Descriptor, descriptors_of_output> files;
  return result && claim(files) && events_.hear_result(frame.id, *result, std::move(files));
}

bool Link::claim(std::array<Descriptor, 3>& files) {
  if (unclaimed_.size() < files.size()) return false;
  for (Descriptor& file : files) {
    file = std::move(unclaimed_.front());
    unclaimed_.pop_front();
  }
  return true;
}

bool Link::take_grew(const Frame& frame) {
  return decode<GrewMessage>(frame.payload) && events_.hear_grew(frame.id);
}

void Link::drop(std::string_view why) {
  const bool was_up = state_ != State::down;
  if (!why.empty()) log_warning(why);
  state_ = State::down;
  watch_.close();
  socket_.reset();
  unclaimed_.clear();
  asks_no_more_ = false;
  reader_ = FrameReader();
  const std::uint64_t sent = outbox_.sent();
  outbox_ = Outbox(kept_outbox);
  retry_.start(backoff_ms_);
  backoff_ms_ = std::clamp(backoff_ms_ * 2, first_backoff_ms, last_backoff_ms);
  if (was_up) events_.link_lost(sent);
}

}  // namespace mgr::broker
