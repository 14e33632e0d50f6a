// The seal of a job's record as job_files.cpp puts it, which a mutation alone would never find.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "helper/jobs/job_files.h"
#include "protocol/wire.h"

// `letter` chooses the kind: S, T, E or N.
inline std::string sealed_record(std::uint8_t letter, std::uint16_t format,
                                 std::string_view payload) {
  std::string out;
  mgr::WireWriter(out).u32(0x0072676D | std::uint32_t{letter} << 24).u16(format).text(payload);
  return out + mgr::checksum_of(out);
}
