// Puts a load on a socket that speaks mgr's request language, and prints one line:
//   requests=N seconds=S requests_per_s=R p50_us=A p99_us=B connect_retries=C
// With --print-keys N it prints the public keys of N clients of a signed load instead, "ID BASE64"
// a line, and how often a second one core verifies a signature: "verifications_per_s V". A single
// thread; every reply must be a success, or the load fails with that reply.
#include <sodium.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include "tests/bench/fresh_load.h"
#include "tests/bench/kept_load.h"
#include "tests/bench/process_setup.h"
#include "tests/bench/signed_blocks.h"

namespace mgr::bench {
namespace {

// 150 bytes. The echo takes it as well as mgr does.
std::string ping_block() {
  return "module:mgr\naction:ping\nmgr-on-behalf-of:" + std::string(108, 'u') + "\n\n";
}

void print(const LoadResult& result) {
  const double seconds = std::chrono::duration<double>(result.elapsed).count();
  const auto microseconds = [&result](double share) {
    return static_cast<double>(result.latencies.quantile(share)) / 1000;
  };
  std::printf(
      "requests=%llu seconds=%.3f requests_per_s=%.0f p50_us=%.1f p99_us=%.1f "
      "connect_retries=%llu\n",
      static_cast<unsigned long long>(result.latencies.total()), seconds,
      static_cast<double>(result.latencies.total()) / seconds, microseconds(0.50),
      microseconds(0.99), static_cast<unsigned long long>(result.retries));
}

int print_keys(unsigned count) {
  for (unsigned client = 0; client < count; ++client) {
    std::printf("%s %s\n", key_id(client).c_str(), public_key(client).c_str());
  }
  std::printf("verifications_per_s %.0f\n", verifications_per_second());
  return EXIT_SUCCESS;
}

void add_options(CLI::App& app, LoadOptions& options, std::string& mode, long& pause) {
  app.add_option("--socket", options.socket, "Whom to ask: a path, or 127.0.0.1:PORT");
  app.add_option("--clients", options.clients, "Connections at a time")
      ->check(CLI::Range(1, 100000));
  app.add_option("--mode", mode, "kept: many requests a connection; fresh: one")
      ->check(CLI::IsMember({"kept", "fresh"}));
  app.add_option("--depth", options.depth, "Requests in flight on each kept connection")
      ->check(CLI::Range(1, 4096));
  app.add_option("--requests", options.requests, "End after so many requests");
  app.add_option("--seconds", options.seconds, "End after so long; 1 unless --requests is given")
      ->check(CLI::Range(0.0, 3600.0));
  app.add_option("--pause-us", pause,
                 "Rest before each further request; one kept client of depth 1")
      ->check(CLI::Range(0, 1000000));
  app.add_option("--signed-for", options.signed_for,
                 "Sign each request beforehand, for the host of this id; with --requests");
  app.add_option("--text", options.block, "One request, its empty line included");
}

// What the options cannot say one by one; nullptr when all is well.
const char* contradiction(const LoadOptions& options, const std::string& mode) {
  if (options.socket.empty()) return "--socket is required";
  const bool is_signed = !options.signed_for.empty();
  if (is_signed && (mode != "kept" || options.requests == 0)) {
    return "--signed-for is for kept connections and --requests";
  }
  const bool single = options.clients == 1 && options.depth == 1 && mode == "kept";
  if (options.pause.count() > 0 && !single) return "--pause-us is for one kept client of depth 1";
  if (options.depth > 1 && mode != "kept") return "--depth is for kept connections";
  if (!options.block.ends_with("\n\n")) return "--text must end with an empty line";
  return nullptr;
}

}  // namespace
}  // namespace mgr::bench

int main(int argc, char** argv) {
  using namespace mgr::bench;
  CLI::App app("Measures how fast requests are answered");
  LoadOptions options;
  options.block = ping_block();
  std::string mode = "kept";
  long pause = 0;
  unsigned keys = 0;
  add_options(app, options, mode, pause);
  app.add_option("--print-keys", keys, "Print the keys of so many clients, and nothing else")
      ->check(CLI::Range(1, 99));
  CLI11_PARSE(app, argc, argv);
  if (sodium_init() < 0) return EXIT_FAILURE;
  if (keys > 0) return print_keys(keys);
  if (options.requests == 0 && options.seconds <= 0) options.seconds = 1;
  options.pause = std::chrono::microseconds(pause);
  if (const char* wrong = contradiction(options, mode)) {
    std::fprintf(stderr, "bench_load: %s\n", wrong);
    return EXIT_FAILURE;
  }
  try {
    raise_open_file_limit();
    print(mode == "kept" ? run_kept_load(options) : run_fresh_load(options));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_load: %s\n", error.what());
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}
