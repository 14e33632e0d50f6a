// The limit program: what two hops between three processes cost when nothing is done on the way.
// mgr's figures are given as shares of what this reaches beside it.
//
// bench_load ══ UNIX stream ══▶ front ══ one kept UNIX stream ══▶ back
//
// Both hops gather all that came in one turn of the loop and send it in one write. The front is
// this process, the back its child; both end with SIGTERM or with their parent. Once it listens it
// prints `front=PID back=PID`.
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <system_error>
#include <utility>

#include "tests/bench/echo_back.h"
#include "tests/bench/echo_front.h"
#include "tests/bench/process_setup.h"

namespace mgr::bench {
namespace {

std::pair<UniqueFd, UniqueFd> make_link() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0) {
    throw std::system_error(errno, std::generic_category(), "socketpair");
  }
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

void serve(const std::string& path) {
  end_with_parent(getppid());
  raise_open_file_limit();
  UniqueFd listener = listen_on(path);
  auto [front_end, back_end] = make_link();
  const pid_t front = getpid();
  const pid_t back = fork();
  if (back < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (back == 0) {
    end_with_parent(front);
    listener = UniqueFd();
    front_end = UniqueFd();
    return run_echo_back(std::move(back_end));
  }
  back_end = UniqueFd();
  std::printf("front=%d back=%d\n", front, back);
  std::fflush(stdout);
  run_echo_front(std::move(listener), std::move(front_end));
  kill(back, SIGTERM);
  waitpid(back, nullptr, 0);
}

}  // namespace
}  // namespace mgr::bench

int main(int argc, char** argv) {
  CLI::App app("Echoes requests over two hops: the limit that mgr is measured against");
  std::string path;
  app.add_option("--socket", path, "Where to listen; must not exist yet")->required();
  CLI11_PARSE(app, argc, argv);
  try {
    mgr::bench::serve(path);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "two_hop_echo: %s\n", error.what());
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}
