// Benchmarks only: requests that are signed before a load begins, each client's by a key of its
// own.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mgr::bench {

// The keys are numbers, not secrets. The id of a client's: "bench-00".
[[nodiscard]] std::string key_id(unsigned client);
// Its public half, base64.
[[nodiscard]] std::string public_key(unsigned client);

// So many pings one after the other, signed now and each with a nonce of its own, for the host of
// that id. All have the same length, which is `block_length`.
[[nodiscard]] std::string signed_pings(unsigned client, std::string_view host_id, std::size_t count,
                                       std::size_t& block_length);

// How often a second one core verifies the signature of such a request: measured for a quarter of a
// second.
[[nodiscard]] double verifications_per_second();

}  // namespace mgr::bench
