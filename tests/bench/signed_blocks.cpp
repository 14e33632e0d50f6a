#include "tests/bench/signed_blocks.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <stdexcept>
#include <vector>

#include "protocol/signature.h"
#include "protocol/signed_request.h"

namespace mgr::bench {
namespace {

Guarded seed_of(unsigned client) {
  auto seed = Guarded::make(ed25519_seed_length, [client](unsigned char* bytes) {
    std::fill_n(bytes, ed25519_seed_length, static_cast<unsigned char>(client + 1));
    return true;
  });
  if (!seed) throw std::runtime_error(seed.error().detail);
  return std::move(*seed);
}

// When this program began, and the how manyth of them: 16 hex digits each.
std::string nonce_of(std::size_t number) {
  static const auto began = std::chrono::system_clock::now().time_since_epoch().count();
  std::array<char, nonce_length + 1> text{};
  std::snprintf(text.data(), text.size(), "%016llx%016llx", static_cast<unsigned long long>(began),
                static_cast<unsigned long long>(number));
  return text.data();
}

}  // namespace

std::string key_id(unsigned client) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "bench-%02u", client);
  return text.data();
}

std::string public_key(unsigned client) {
  return encode_base64(ed25519_public_key(seed_of(client)));
}

std::string signed_pings(unsigned client, std::string_view host_id, std::size_t count,
                         std::size_t& block_length) {
  const Guarded seed = seed_of(client);
  const std::string id = key_id(client), time = std::to_string(std::time(nullptr));
  std::string blocks;
  for (std::size_t number = 0; number < count; ++number) {
    const std::string nonce = nonce_of(number);
    const std::array<FieldView, 6> fields{{{"module", "mgr"},
                                           {"action", "ping"},
                                           {"auth-key", id},
                                           {"auth-to", host_id},
                                           {"auth-time", time},
                                           {"auth-nonce", nonce}}};
    const std::size_t begin = blocks.size();
    for (const FieldView& field : fields) {
      blocks.append(field.name).append(":").append(field.value).append("\n");
    }
    blocks += "signature:" + encode_base64(sign_ed25519(seed, signed_text(fields))) + "\n\n";
    block_length = blocks.size() - begin;
  }
  return blocks;
}

double verifications_per_second() {
  using Clock = std::chrono::steady_clock;
  const Guarded seed = seed_of(0);
  const std::string text(200, 't'), signature = sign_ed25519(seed, text);
  const std::string key = ed25519_public_key(seed);
  const auto begin = Clock::now();
  std::size_t count = 0;
  while (Clock::now() - begin < std::chrono::milliseconds(250)) {
    for (int i = 0; i < 100; ++i) {
      if (!verify_ed25519(key, text, signature)) throw std::runtime_error("it does not verify");
    }
    count += 100;
  }
  return static_cast<double>(count) / std::chrono::duration<double>(Clock::now() - begin).count();
}

}  // namespace mgr::bench
