// The output files of a job's folder: the first records and the last ones, within a limit. mgr-job,
// opened as root and written as user mgr-job; distrusts what lies in the folder.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/descriptor.h"
#include "protocol/error.h"
#include "protocol/output_record.h"

namespace mgr {

class OutputFiles {
 public:
  // Makes the three files in the folder (job_files.h), or empties those of an earlier attempt.
  // Fails where anything but a regular file lies there; a link is not followed. `limit` is the size
  // of all of them, headers included: half for the head, a quarter for each tail segment.
  static Result<OutputFiles> open(int folder, std::uint64_t limit);

  // Keeps the bytes as records, split where they do not fit: in the head until that is full, then
  // in the tail segments in turn. What the disk does not take is lost, and counted by its position.
  void keep(OutputStream stream, std::string_view bytes);

 private:
  struct File {
    Descriptor descriptor;
    std::uint64_t share = 0;
    std::uint64_t used = 0;
  };

  // How many of the bytes the current file takes; goes on to the next file where it takes none. 0
  // where no file ever takes one.
  std::size_t make_room(std::string_view bytes);
  void append(const OutputRecord& record);

  std::array<File, 3> files_;  // head, tail0, tail1
  std::size_t current_ = 0;
  std::uint64_t position_ = 0;
  std::string record_;  // kept for its memory
};

}  // namespace mgr
