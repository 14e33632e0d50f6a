#include "tests/bench/echo_back.h"

#include <array>
#include <utility>

#include "tests/bench/batched_stream.h"
#include "tests/bench/framing.h"

namespace mgr::bench {
namespace {

// As long as mgr's reply to a ping: 60 bytes.
constexpr std::string_view reply =
    "{\"success\":true,\"msg\":\"ping ok\",\"data\":{\"version\":\"0.1.0\"}}\n";

class FrontLink final : public BatchedStream {
 public:
  FrontLink(uv_loop_t* loop, UniqueFd fd) : BatchedStream(loop, std::move(fd)), loop_(loop) {}

 private:
  void on_readable() override {
    const auto bytes = receive(buffer_);
    if (!bytes) return;
    if (bytes->empty()) return uv_stop(loop_);
    requests_.feed(*bytes, [this](std::string_view) { queue(reply); });
  }

  uv_loop_t* loop_;
  Framing requests_{"\n\n"};
  std::array<char, std::size_t{256} * 1024> buffer_{};
};

}  // namespace

void run_echo_back(UniqueFd link_fd) {
  uv_loop_t loop;
  must(uv_loop_init(&loop), "uv_loop_init");
  auto* link = new FrontLink(&loop, std::move(link_fd));
  const TurnEnd flush(&loop, [link] { link->flush(); });
  uv_run(&loop, UV_RUN_DEFAULT);
}

}  // namespace mgr::bench
