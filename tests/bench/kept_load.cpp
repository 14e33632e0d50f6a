#include "tests/bench/kept_load.h"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <deque>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "tests/bench/epoll_set.h"
#include "tests/bench/reply_check.h"
#include "tests/bench/signed_blocks.h"
#include "tests/bench/unix_socket.h"

namespace mgr::bench {
namespace {

constexpr std::string_view keep_alive = "mgr:keep-alive\n";

// One connection. What it sends is the block repeated without end, or what it has signed, so its
// place in that stream and the number of bytes granted but not yet sent are all that is remembered.
struct Client {
  Client(UniqueFd socket, std::size_t depth) : fd(std::move(socket)), sent_at(depth) {}

  UniqueFd fd;
  std::string signed_stream;  // "": the stream of all
  ReplyCheck replies;
  std::vector<Clock::time_point> sent_at;  // a ring of the requests in flight
  std::size_t oldest = 0;
  std::size_t in_flight = 0;
  std::size_t place = 0;
  std::size_t unsent = 0;
  bool blocked = false;
};

class KeptLoad {
 public:
  explicit KeptLoad(const LoadOptions& options)
      : options_(options), block_length_(options.block.size()) {
    for (unsigned i = 0; i <= options.depth; ++i) stream_ += options.block;
    for (unsigned i = 0; i < options.clients; ++i) open_client();
  }

  LoadResult run();

 private:
  void open_client();
  void serve(Client& client, unsigned events);
  void read_replies(Client& client);
  void refill(Client& client);
  void send_unsent(Client& client);
  void count_replies(Client& client, std::size_t replies);

  const LoadOptions& options_;
  std::string stream_;
  std::size_t block_length_;
  EpollSet epoll_;
  std::deque<Client> clients_;
  std::array<char, std::size_t{64} * 1024> buffer_{};
  Budget budget_{options_};
  std::size_t in_flight_ = 0;
  LoadResult result_;
};

[[noreturn]] void fail(const char* call) {
  throw std::system_error(errno, std::generic_category(), call);
}

void wait_for(int fd, short events) {
  pollfd wanted{fd, events, 0};
  if (poll(&wanted, 1, std::chrono::milliseconds(longest_silence).count()) <= 0) {
    throw std::runtime_error("no reply to the opening request");
  }
}

UniqueFd connect_in_time(const LoadOptions& options, std::uint64_t& retries) {
  const auto give_up = Clock::now() + longest_silence;
  for (;;) {
    if (auto fd = connect_to(options.socket)) return std::move(*fd);
    ++retries;
    if (Clock::now() > give_up) throw std::runtime_error("the backlog stays full");
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

void KeptLoad::open_client() {
  Client& client =
      clients_.emplace_back(connect_in_time(options_, result_.retries), options_.depth);
  if (!options_.signed_for.empty()) {
    const auto number = static_cast<unsigned>(clients_.size() - 1);
    // One to open with, and one more for each that may be its own.
    const std::size_t count = options_.requests / options_.clients + 1;
    client.signed_stream = signed_pings(number, options_.signed_for, count, block_length_);
    client.place = block_length_;
  }
  const std::string opening =
      std::string(keep_alive) + (client.signed_stream.empty()
                                     ? options_.block
                                     : client.signed_stream.substr(0, block_length_));
  if (send(client.fd.get(), opening.data(), opening.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(opening.size())) {
    fail("send of the opening request");
  }
  for (std::size_t replies = 0; replies == 0;) {
    wait_for(client.fd.get(), POLLIN);
    const ssize_t got = recv(client.fd.get(), buffer_.data(), buffer_.size(), 0);
    if (got <= 0) throw std::runtime_error("the connection ended at its opening request");
    replies = client.replies.feed({buffer_.data(), static_cast<std::size_t>(got)});
  }
  epoll_.add(client.fd.get(), EPOLLIN, &client);
}

void KeptLoad::send_unsent(Client& client) {
  while (client.unsent > 0) {
    const bool is_signed = !client.signed_stream.empty();
    const std::string& stream = is_signed ? client.signed_stream : stream_;
    const ssize_t sent =
        send(client.fd.get(), stream.data() + client.place, client.unsent, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) fail("send");
    if (sent < 0) break;
    client.unsent -= static_cast<std::size_t>(sent);
    client.place += static_cast<std::size_t>(sent);
    if (!is_signed) client.place %= block_length_;
  }
  const bool blocked = client.unsent > 0;
  if (std::exchange(client.blocked, blocked) != blocked) {
    epoll_.change(client.fd.get(), EPOLLIN | (blocked ? unsigned{EPOLLOUT} : 0U), &client);
  }
}

void KeptLoad::refill(Client& client) {
  if (options_.pause.count() > 0) std::this_thread::sleep_for(options_.pause);
  const auto now = Clock::now();
  const auto is_left = [&] {
    const std::size_t end = client.place + client.unsent + block_length_;
    return client.signed_stream.empty() || end <= client.signed_stream.size();
  };
  while (client.in_flight < options_.depth && is_left() && budget_.take(now)) {
    client.sent_at[(client.oldest + client.in_flight) % options_.depth] = now;
    client.unsent += block_length_;
    ++client.in_flight;
    ++in_flight_;
  }
  send_unsent(client);
}

void KeptLoad::count_replies(Client& client, std::size_t replies) {
  if (replies > client.in_flight) throw std::runtime_error("a reply that nothing asked for");
  const auto now = Clock::now();
  for (std::size_t i = 0; i < replies; ++i) {
    result_.latencies.add(nanoseconds_between(client.sent_at[client.oldest], now));
    client.oldest = (client.oldest + 1) % options_.depth;
  }
  client.in_flight -= replies;
  in_flight_ -= replies;
}

void KeptLoad::read_replies(Client& client) {
  const ssize_t got = recv(client.fd.get(), buffer_.data(), buffer_.size(), 0);
  if (got < 0 && errno == EAGAIN) return;
  if (got < 0) fail("recv");
  if (got == 0) throw std::runtime_error("a kept connection was closed");
  const auto replies = client.replies.feed({buffer_.data(), static_cast<std::size_t>(got)});
  if (replies == 0) return;
  count_replies(client, replies);
  refill(client);
}

void KeptLoad::serve(Client& client, unsigned events) {
  if (events & EPOLLOUT) send_unsent(client);
  if (events & ~unsigned{EPOLLOUT}) read_replies(client);
}

LoadResult KeptLoad::run() {
  const auto begin = Clock::now();
  budget_ = Budget(options_);
  for (Client& client : clients_) refill(client);
  while (in_flight_ > 0) {
    const auto ready =
        epoll_.wait(static_cast<int>(std::chrono::milliseconds(longest_silence).count()));
    if (ready.empty()) throw std::runtime_error("no reply for a long time");
    for (const epoll_event& event : ready) {
      serve(*static_cast<Client*>(event.data.ptr), event.events);
    }
  }
  result_.elapsed = Clock::now() - begin;
  return result_;
}

}  // namespace

LoadResult run_kept_load(const LoadOptions& options) { return KeptLoad(options).run(); }

}  // namespace mgr::bench
