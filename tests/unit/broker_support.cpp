// Tests of the broker.
#include "tests/unit/broker_support.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "broker/address.h"
#include "broker/listener.h"

namespace mgr::broker::test {
namespace {

Descriptor listen_at(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  Descriptor listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0 ||
      ::listen(listener.get(), 8) != 0) {
    ADD_FAILURE() << "cannot listen at " << path;
  }
  // The broker of some tests is another uid.
  std::filesystem::permissions(path, std::filesystem::perms::all);
  return listener;
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string pattern = std::filesystem::temp_directory_path() / "mgr-broker-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) std::abort();
  path_ = pattern;
  std::filesystem::permissions(path_, std::filesystem::perms::all);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

FakeHelper::FakeHelper(const std::string& path) : path_(path), listener_(listen_at(path)) {}

bool FakeHelper::accept() {
  Descriptor link(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!link) return false;
  link_ = std::move(link);
  reader_ = FrameReader();
  return true;
}

void FakeHelper::wait_for_link() {
  pollfd waiting{listener_.get(), POLLIN, 0};
  while (!accept()) ::poll(&waiting, 1, -1);
}

Heard FakeHelper::wait_for(MessageKind kind) {
  pollfd waiting{link_.get(), POLLIN, 0};
  for (;;) {
    const auto heard = hear();
    if (heard && heard->kind == kind) return *heard;
    if (!heard) ::poll(&waiting, 1, -1);
  }
}

void FakeHelper::go_away() {
  link_.reset();
  listener_.reset();
  std::filesystem::remove(path_);
}

void FakeHelper::come_back() { listener_ = listen_at(path_); }

void FakeHelper::send_raw(std::string_view bytes, const std::vector<int>& descriptors) {
  iovec piece{const_cast<char*>(bytes.data()), bytes.size()};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(253 * sizeof(int))> control{};
  if (!descriptors.empty()) {
    message.msg_control = control.data();
    message.msg_controllen = CMSG_SPACE(descriptors.size() * sizeof(int));
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(descriptors.size() * sizeof(int));
    std::memcpy(CMSG_DATA(header), descriptors.data(), descriptors.size() * sizeof(int));
  }
  const ssize_t sent = ::sendmsg(link_.get(), &message, MSG_NOSIGNAL);
  EXPECT_EQ(sent, static_cast<ssize_t>(bytes.size()));
}

void FakeHelper::send(MessageKind kind, std::uint64_t id, std::string_view payload) {
  std::string frame;
  append_frame(frame, kind, id, payload);
  send_raw(frame);
}

void FakeHelper::reply(std::uint64_t id, std::string_view line, bool more) {
  send(MessageKind::reply, id, encode(ReplyMessage{more, line}));
}

std::optional<Heard> FakeHelper::hear() {
  Frame frame{};
  for (;;) {
    if (reader_.next(frame) == FrameReader::State::frame) {
      return Heard{frame.kind, frame.id, std::string(frame.payload)};
    }
    constexpr std::size_t room = 65536;
    const ssize_t got = ::recv(link_.get(), reader_.space(room), room, MSG_DONTWAIT);
    if (got <= 0) return std::nullopt;
    reader_.received(static_cast<std::size_t>(got));
  }
}

bool FakeHelper::link_ended() {
  while (hear()) {
  }
  char byte = 0;
  const ssize_t got = ::recv(link_.get(), &byte, 1, MSG_DONTWAIT | MSG_PEEK);
  return got == 0 || (got < 0 && errno == ECONNRESET);
}

void Client::send(std::string_view text) const {
  EXPECT_EQ(::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(text.size()));
}

void Client::half_close() const { ::shutdown(socket_.get(), SHUT_WR); }

void Client::fill() {
  std::array<char, 65536> buffer{};
  ssize_t got = 0;
  while ((got = ::recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT)) > 0) {
    gathered_.append(buffer.data(), static_cast<std::size_t>(got));
  }
  if (got == 0 || errno != EAGAIN) ended_ = true;
}

std::string Client::line() {
  rig_->turn_until([this] {
    fill();
    return ended_ || gathered_.find('\n') != std::string::npos;
  });
  const std::size_t end = gathered_.find('\n');
  if (end == std::string::npos) return "";
  std::string line = gathered_.substr(0, end + 1);
  gathered_.erase(0, end + 1);
  return line;
}

std::string Client::lines(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += line();
  return text;
}

bool Client::ends() {
  rig_->turn_until([this] {
    fill();
    return ended_ || !gathered_.empty();
  });
  return gathered_.empty();
}

SettingsMessage test_settings() {
  SettingsMessage settings;
  settings.modules.push_back({"mgr", {}, {{"ping", {}}}});
  settings.modules.push_back(
      {"scan", {"SCAN_MODULE"}, {{"start", {{"task_ids", true}, {"note", false}}}}});
  settings.modules.push_back(
      {"file", {}, {{"put", {{"name", false}}, true, true}, {"keep", {}, true, false}}});
  return settings;
}

Rig::Rig(const SettingsMessage& with, std::size_t descriptors)
    : helper(folder.path() + "/helper.sock"), settings(with) {
  auto listener = listen_on(*parse_address("127.0.0.1:0"));
  if (!listener) std::abort();
  sockaddr_in address{};
  socklen_t length = sizeof(address);
  ::getsockname(listener->get(), reinterpret_cast<sockaddr*>(&address), &length);
  port_ = ntohs(address.sin_port);
  std::vector<Descriptor> listeners;
  listeners.push_back(std::move(*listener));
  const PipelineOptions options{folder.path() + "/helper.sock", ::geteuid(), descriptors};
  broker = std::make_unique<Broker>(options, std::move(listeners), Descriptor(), Supervisor());
  EXPECT_TRUE(broker->start());
  link_up();
}

void Rig::link_up() {
  turn_until([this] { return helper.accept(); });
  helper.send(MessageKind::hello, 0, encode(HelloMessage{root_language_version, "test"}));
  helper.send(MessageKind::settings, 0, encode(settings));
  hear(MessageKind::hello);
  settle();
}

void Rig::turn_until(const std::function<bool()>& done) {
  // Not UV_RUN_ONCE: what a timer has said is sent before the loop sleeps, not after.
  while (!done()) {
    broker->turn();
    if (done()) return;
    pollfd backend{uv_backend_fd(broker->loop()), POLLIN, 0};
    ::poll(&backend, 1, uv_backend_timeout(broker->loop()));
  }
}

void Rig::settle() {
  for (int i = 0; i < 8; ++i) broker->turn();
}

Client Rig::local(std::uint64_t number, std::uint32_t uid, bool keeps_place) {
  std::array<int, 2> ends{};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
  const Descriptor theirs(ends[1]);
  std::string frame;
  append_frame(frame, MessageKind::connection, 0,
               encode(ConnectionMessage{number, uid, keeps_place}));
  helper.send_raw(frame, {theirs.get()});
  settle();
  return Client(*this, Descriptor(ends[0]));
}

Client Rig::tcp() {
  Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const Address address = *parse_address("127.0.0.1:" + std::to_string(port_));
  EXPECT_EQ(::connect(socket.get(), address.get(), address.length), 0);
  return Client(*this, std::move(socket));
}

Heard Rig::hear(MessageKind kind) {
  std::optional<Heard> heard;
  turn_until([&] {
    do {
      heard = helper.hear();
    } while (heard && heard->kind != kind);
    return heard.has_value();
  });
  return *heard;
}

HeardRun Rig::hear_run() {
  const Heard heard = hear(MessageKind::run);
  const auto run = decode<RunMessage>(heard.payload);
  if (!run) {
    ADD_FAILURE() << "a run message that does not decode";
    return {};
  }
  HeardRun result{heard.id, run->connection, std::string(run->origin), {}, {}};
  if (run->body) result.body = std::string(*run->body);
  for (const FieldView& field : run->fields) {
    result.fields.push_back({std::string(field.name), std::string(field.value)});
  }
  return result;
}

bool Rig::hears_no_run() {
  settle();
  while (const auto heard = helper.hear()) {
    if (heard->kind == MessageKind::run) return false;
  }
  return true;
}

std::uint64_t Rig::hear_closed() {
  const auto closed = decode<ClosedMessage>(hear(MessageKind::closed).payload);
  return closed ? closed->connection : 0;
}

int code_of(std::string_view line) {
  if (line.starts_with("{\"success\":true")) return 0;
  constexpr std::string_view failure = "{\"success\":false,\"msg\":{\"err_code\":";
  if (!line.starts_with(failure)) return -1;
  return std::atoi(std::string(line.substr(failure.size(), 2)).c_str());
}

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator entries("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

}  // namespace mgr::broker::test
