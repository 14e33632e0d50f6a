#include "tests/bench/fresh_load.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <deque>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

#include "tests/bench/epoll_set.h"
#include "tests/bench/reply_check.h"
#include "tests/bench/unix_socket.h"

namespace mgr::bench {
namespace {

// How long a client that found the backlog full waits: no event tells of room in it.
constexpr int retry_milliseconds = 1;

struct Client {
  UniqueFd fd;
  ReplyCheck replies;
  Clock::time_point begun;
  bool answered = false;
};

class FreshLoad {
 public:
  explicit FreshLoad(const LoadOptions& options) : options_(options), clients_(options.clients) {}

  LoadResult run();

 private:
  void begin_request(Client& client);
  void connect(Client& client);
  void retry_waiting();
  void wait_for_events();
  void read(Client& client);
  void take_reply(Client& client, std::string_view bytes);
  void finish(Client& client);

  const LoadOptions& options_;
  EpollSet epoll_;
  std::deque<Client> clients_;
  std::vector<Client*> waiting_;  // for room in the backlog
  std::array<char, 4096> buffer_{};
  Budget budget_{options_};
  Clock::time_point last_progress_;
  std::size_t busy_ = 0;  // clients with a request under way
  LoadResult result_;
};

void FreshLoad::begin_request(Client& client) {
  client = Client();
  client.begun = Clock::now();
  if (!budget_.take(client.begun)) return;
  ++busy_;
  connect(client);
}

void FreshLoad::connect(Client& client) {
  auto fd = connect_to(options_.socket);
  if (!fd) {
    ++result_.retries;
    waiting_.push_back(&client);
    return;
  }
  client.fd = std::move(*fd);
  const auto& block = options_.block;
  if (send(client.fd.get(), block.data(), block.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(block.size())) {
    throw std::system_error(errno, std::generic_category(), "send");
  }
  epoll_.add(client.fd.get(), EPOLLIN, &client);
}

void FreshLoad::retry_waiting() {
  for (Client* client : std::exchange(waiting_, {})) connect(*client);
}

void FreshLoad::take_reply(Client& client, std::string_view bytes) {
  const std::size_t replies = client.replies.feed(bytes);
  if (replies + (client.answered ? 1 : 0) > 1) throw std::runtime_error("more than one reply");
  if (replies == 0) return;
  client.answered = true;
  result_.latencies.add(nanoseconds_between(client.begun, Clock::now()));
}

void FreshLoad::finish(Client& client) {
  client.replies.expect_no_rest();
  if (!client.answered) throw std::runtime_error("a connection ended without a reply");
  --busy_;
  begin_request(client);
}

void FreshLoad::read(Client& client) {
  for (;;) {
    const ssize_t got = recv(client.fd.get(), buffer_.data(), buffer_.size(), 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got < 0) throw std::system_error(errno, std::generic_category(), "recv");
    if (got == 0) return finish(client);
    take_reply(client, {buffer_.data(), static_cast<std::size_t>(got)});
  }
}

void FreshLoad::wait_for_events() {
  const auto silence = std::chrono::milliseconds(longest_silence);
  const auto ready =
      epoll_.wait(waiting_.empty() ? static_cast<int>(silence.count()) : retry_milliseconds);
  const auto now = Clock::now();
  if (!ready.empty()) last_progress_ = now;
  if (now - last_progress_ >= silence) throw std::runtime_error("no reply for a long time");
  for (const epoll_event& event : ready) read(*static_cast<Client*>(event.data.ptr));
}

LoadResult FreshLoad::run() {
  const auto begin = last_progress_ = Clock::now();
  budget_ = Budget(options_);
  for (Client& client : clients_) begin_request(client);
  while (busy_ > 0) {
    wait_for_events();
    retry_waiting();
  }
  result_.elapsed = Clock::now() - begin;
  return result_;
}

}  // namespace

LoadResult run_fresh_load(const LoadOptions& options) { return FreshLoad(options).run(); }

}  // namespace mgr::bench
