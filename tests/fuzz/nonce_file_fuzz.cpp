// Fuzz target: the journal of nonces. The bytes as they stand, and as what stands behind a head
// with payloads whose checksums are right, which a mutation alone would never find. What is read as
// whole, written again, must be the same bytes.
#include <array>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "helper/jobs/job_files.h"
#include "helper/nonce_file.h"
#include "protocol/signed_request.h"
#include "protocol/wire.h"

namespace {

using namespace mgr;

void check(std::string_view bytes) {
  const NonceFile file = read_nonce_file(bytes);
  std::string again = file.head ? to_bytes(*file.head) : "";
  for (const NonceRecord& record : file.records) again += to_bytes(record);
  if (!bytes.starts_with(again) || (file.whole && again.size() != bytes.size())) std::abort();
}

std::string sealed(std::string_view payload) {
  std::string bytes;
  WireWriter(bytes).text(payload).text(checksum_of(payload));
  return bytes;
}

void check_nonce(std::string_view hex) {
  const Nonce nonce = nonce_of(hex);
  std::array<char, nonce_length + 1> again{};
  std::snprintf(again.data(), again.size(), "%016" PRIx64 "%016" PRIx64, nonce.first, nonce.second);
  if (hex != again.data()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  check(bytes);
  const bool is_hex = bytes.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (is_hex && size == nonce_length) check_nonce(bytes);
  check(sealed(bytes));
  // Cut where the first byte says, so that there are two records.
  const std::size_t cut = size == 0 ? 0 : data[0] % size;
  check(empty_nonce_file() + sealed(bytes.substr(0, cut)) + sealed(bytes.substr(cut)));
  return 0;
}
