// mgrctl, with the caller's own uid. What a job printed, as a reply carries it and as it is shown.
// Distrusts it all: the bytes are a command's, which may be out to fool who reads them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/failure.h"
#include "client/json_value.h"

namespace mgr::client {

enum class OutputStream { standard_output, standard_error, progress };

struct OutputRecord {
  std::string time;  // RFC 3339, UTC; empty of an answer with all that was printed
  OutputStream stream = OutputStream::standard_output;
  std::string bytes;  // as the command wrote them
};

// One line of a reply with output.
struct OutputChunk {
  std::uint64_t skipped = 0;  // bytes before these records that were not kept
  std::uint64_t end = 0;  // the position behind them: where a further request goes on; 0: unknown
  std::vector<OutputRecord> records;
};

// The chunk in a reply's data: its records, or, of an answer that is what its command printed, a
// record of each stream. Nothing where the data has neither. Fails with bad_reply where they are
// not as PROTOCOL.md has them, or hold what is no base64.
[[nodiscard]] Outcome<std::optional<OutputChunk>> read_output(std::string_view data_json);

// Makes one stream of a command's output fit for a terminal: lines and tabs stay, every other
// character that a terminal might act on is written out (harmless()). A character that two records
// share is put together first. One object for each stream.
class TerminalText {
 public:
  // What can be shown of all that was taken so far and was not shown.
  [[nodiscard]] std::string take(std::string_view bytes);
  // The bytes that wait for the rest of their character, which will not come.
  [[nodiscard]] std::string finish();

 private:
  std::string waiting_;
};

// Puts a time in front of each line of one stream.
class LineTimes {
 public:
  [[nodiscard]] std::string take(std::string_view text, const std::string& time);

 private:
  bool at_line_start_ = true;
};

}  // namespace mgr::client
