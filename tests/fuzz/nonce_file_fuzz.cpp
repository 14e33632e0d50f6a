// Fuzz target: the journal of nonces. The bytes as they stand, and as what stands behind a head
// with payloads whose checksums are right, which a mutation alone would never find. What is read as
// whole, written again, must be the same bytes.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "helper/jobs/job_files.h"
#include "helper/nonce_file.h"
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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  check(bytes);
  check(sealed(bytes));
  // Cut where the first byte says, so that there are two records.
  const std::size_t cut = size == 0 ? 0 : data[0] % size;
  check(empty_nonce_file() + sealed(bytes.substr(0, cut)) + sealed(bytes.substr(cut)));
  return 0;
}
