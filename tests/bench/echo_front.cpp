#include "tests/bench/echo_front.h"

#include <sys/socket.h>

#include <array>
#include <csignal>
#include <deque>
#include <utility>
#include <vector>

#include "tests/bench/batched_stream.h"
#include "tests/bench/framing.h"

namespace mgr::bench {
namespace {

constexpr std::string_view keep_alive = "mgr:keep-alive\n";

class Client;

// The kept link to the second hop. Replies arrive in the order of the requests.
class BackLink final : public BatchedStream {
 public:
  BackLink(uv_loop_t* loop, UniqueFd fd) : BatchedStream(loop, std::move(fd)), loop_(loop) {}

  void forward(Client* client, std::string_view request) {
    waiting_.push_back(client);
    queue(request);
  }
  // The end of a turn: one send up the link, and one to each client that got replies.
  void flush_all();
  // Shared by all streams of this process: nothing stays in it between two reads.
  std::span<char> buffer() { return buffer_; }

 private:
  void on_readable() override;

  uv_loop_t* loop_;
  Framing replies_{"\n"};
  std::deque<Client*> waiting_;
  std::vector<Client*> answered_;
  std::array<char, std::size_t{256} * 1024> buffer_{};
};

// Ends itself once it is fully served.
class Client final : public BatchedStream {
 public:
  Client(uv_loop_t* loop, UniqueFd fd, BackLink& link)
      : BatchedStream(loop, std::move(fd)), link_(link) {}

  // True for the first reply of a turn.
  bool take_reply(std::string_view reply) {
    const bool first = !has_queued();
    queue(reply);
    --in_flight_;
    return first;
  }

 private:
  void on_readable() override;
  void on_flushed() override {
    if (!open_ && in_flight_ == 0) end();
  }
  void take_request(std::string_view request);

  BackLink& link_;
  Framing requests_{"\n\n"};
  std::size_t in_flight_ = 0;
  bool opened_ = false;  // the first request has come
  bool open_ = true;     // more requests may come
};

void Client::on_readable() {
  if (!open_) return stop_reading();  // what follows the one request, or its client's end
  const auto bytes = receive(link_.buffer());
  if (!bytes) return;
  if (!bytes->empty()) {
    return requests_.feed(*bytes, [this](std::string_view request) { take_request(request); });
  }
  open_ = false;
  stop_reading();
  if (in_flight_ == 0 && !has_queued()) end();
}

void Client::take_request(std::string_view request) {
  if (!open_) return;
  if (!std::exchange(opened_, true)) open_ = request.starts_with(keep_alive);
  ++in_flight_;
  link_.forward(this, request);
}

void BackLink::on_readable() {
  const auto bytes = receive(buffer_);
  if (!bytes) return;
  if (bytes->empty()) return uv_stop(loop_);
  replies_.feed(*bytes, [this](std::string_view reply) {
    Client* client = waiting_.front();
    waiting_.pop_front();
    if (client->take_reply(reply)) answered_.push_back(client);
  });
}

void BackLink::flush_all() {
  flush();
  for (Client* client : answered_) client->flush();
  answered_.clear();
}

// The listening socket; takes all that wait in the backlog at once.
class Door {
 public:
  Door(uv_loop_t* loop, UniqueFd listener, BackLink& link)
      : loop_(loop), listener_(std::move(listener)), link_(link) {
    must(uv_poll_init(loop, &poll_, listener_.get()), "uv_poll_init");
    poll_.data = this;
    must(uv_poll_start(&poll_, UV_READABLE,
                       [](uv_poll_t* poll, int, int) { static_cast<Door*>(poll->data)->open(); }),
         "uv_poll_start");
  }
  Door(const Door&) = delete;
  Door& operator=(const Door&) = delete;

 private:
  void open() {
    for (;;) {
      UniqueFd fd(accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (fd.get() < 0) return;
      new Client(loop_, std::move(fd), link_);
    }
  }

  uv_loop_t* loop_;
  UniqueFd listener_;
  BackLink& link_;
  uv_poll_t poll_{};
};

}  // namespace

void run_echo_front(UniqueFd listener, UniqueFd link_fd) {
  uv_loop_t loop;
  must(uv_loop_init(&loop), "uv_loop_init");
  auto* link = new BackLink(&loop, std::move(link_fd));
  const Door door(&loop, std::move(listener), *link);
  const TurnEnd flush(&loop, [link] { link->flush_all(); });
  uv_signal_t told;
  must(uv_signal_init(&loop, &told), "uv_signal_init");
  must(uv_signal_start(
           &told, [](uv_signal_t* signal, int) { uv_stop(signal->loop); }, SIGTERM),
       "uv_signal_start");
  uv_run(&loop, UV_RUN_DEFAULT);
}

}  // namespace mgr::bench
