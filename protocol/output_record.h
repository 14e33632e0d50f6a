// What a job's output files hold: records, one after the other, each a header and then the bytes
// that the command printed. mgr-job writes them, the broker reads them; the decoder distrusts every
// byte, since most of them are the command's.
//
// The header, 25 bytes, little-endian: magic (32 bits), position (64), time (64), stream (8),
// length (32). Positions count what one attempt printed, kept or not: a record whose position is
// not the end of the one before it tells by the difference how much is missing.
//
// An attempt's files (helper/jobs/job_files.h) are output.head with the first records, then
// output.tail0 and output.tail1 with the last ones, written in turn: each is emptied before it is
// written anew. No record is rewritten, so while a file begins with the same header, what was read
// of it still stands.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mgr {

enum class OutputStream : std::uint8_t {
  output = 1,    // standard output
  error = 2,     // standard error
  progress = 3,  // a line of progress, without its line feed
};

// "stdout", "stderr" or "progress".
[[nodiscard]] std::string_view stream_name(OutputStream stream);

struct OutputRecord {
  std::uint64_t position = 0;  // bytes of all streams before it, in this attempt
  std::int64_t time_us = 0;    // real time, microseconds since 1970, when it was read
  OutputStream stream = OutputStream::output;
  std::string_view bytes;  // at least one, at most max_output_bytes; a view, owned elsewhere
  [[nodiscard]] std::uint64_t end() const { return position + bytes.size(); }
  friend bool operator==(const OutputRecord&, const OutputRecord&) = default;
};

inline constexpr std::size_t output_header_length = 25;
inline constexpr std::size_t max_output_bytes = 1 << 16;

void append_output_record(std::string& out, const OutputRecord& record);

enum class OutputDecoding {
  record,   // one was taken from the front
  partial,  // what is there begins a record; nothing was taken
  broken,   // no record begins here; nothing was taken
};

// The position in the header at the front of `bytes`, of which the record may be cut off.
[[nodiscard]] std::optional<std::uint64_t> front_position(std::string_view bytes);

// Takes the record at the front of `bytes`, which it views.
[[nodiscard]] OutputDecoding take_output_record(std::string_view& bytes, OutputRecord& record);

// How many bytes at the end of `text` begin a character of UTF-8 that is not complete: 0 to 3.
// Whoever cuts output cuts before them.
[[nodiscard]] std::size_t unfinished_character(std::string_view text);

}  // namespace mgr
