// The answer of a request whose answer is what its job printed. mgr-broker, in the cage; distrusts
// the output.
#pragma once

#include <cstdint>
#include <string>

#include "broker/job_output.h"
#include "protocol/root_language.h"

namespace mgr::broker {

// What an ended job printed: standard output and standard error, each put together.
struct PrintedResult {
  // Of both; what is more is not read.
  static constexpr std::size_t most_bytes = 1 << 20;

  std::string output, error;
  std::uint64_t missing = 0;  // bytes of both that are not here
};

// `printed`: how many bytes there were, kept or not, as far as mgr-job knows.
[[nodiscard]] PrintedResult read_result(JobOutput& files, std::uint64_t printed);

// With a signature, the line ends as signed_request.h has it; a failure that the broker writes
// itself has none.
//
// The reply: the line of the message, which has open data (reply.h), with "stdout" and "stderr", or
// "stdout_base64" and "stderr_base64" where they are not UTF-8; "left_out" says how many bytes of
// the two are missing, where some are: what does not fit into a reply is cut off at the end of
// each.
//
// With `json`, "output" stands for "stdout": the JSON value that standard output is, on one line. A
// success becomes the failure 2 where standard output is not whole, not JSON or too long.
[[nodiscard]] std::string result_line(const ResultMessage& message, const PrintedResult& printed);

}  // namespace mgr::broker
