// Fuzz target: the records of a job's folder. The first byte chooses: the rest as it stands, or the
// rest as the payload of a record whose seal is right, of this format and of the one before, which
// a mutation alone would never find. What is accepted, written again, must be the same bytes; of
// the older format, the same record.
#include <array>
#include <cstdint>
#include <string>

#include "helper/jobs/job_files.h"
#include "tests/fuzz/property.h"
#include "tests/fuzz/seal.h"

namespace {

using namespace mgr;

void check(const std::string& bytes) {
  const auto is_older = [&] { return bytes[4] == 4; };  // the format, in what was accepted
  const auto check_one = [&](const auto& record, const auto& decode) {
    if (record) require(is_older() ? decode(encode(*record)) == record : encode(*record) == bytes);
  };
  check_one(decode_job_spec(bytes), decode_job_spec);
  check_one(decode_start_record(bytes), decode_start_record);
  check_one(decode_exit_record(bytes), decode_exit_record);
  if (const auto next_id = decode_next_id(bytes)) {
    require(is_older() ? decode_next_id(encode_next_id(*next_id)) == next_id
                       : encode_next_id(*next_id) == bytes);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string rest(reinterpret_cast<const char*>(data + 1), size - 1);
  if (const auto id = parse_job_id(rest)) require(std::to_string(*id) == rest && *id <= max_job_id);
  switch (data[0]) {
    case 'S':
    case 'T':
    case 'E':
    case 'N':
      for (const std::uint16_t format : std::array<std::uint16_t, 2>{4, 5}) {
        check(sealed_record(data[0], format, rest));
      }
      break;
    default:
      check(rest);
  }
  return 0;
}
