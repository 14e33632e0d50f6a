// Reading what a job printed, from its output files (protocol/output_record.h), while mgr-job may
// be writing them. mgr-broker, in the cage; distrusts every byte of the files.
//
// The files are read in the order of what was printed: the head, the older tail segment, the newer
// one. A file that begins with another header than before was emptied and written anew, and what
// was just read of it is thrown away; a head that does belongs to a new attempt of the job.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/descriptor.h"
#include "protocol/output_record.h"

namespace mgr::broker {

struct PrintedRecord {
  bool restarted = false;     // the first of a new attempt
  std::uint64_t skipped = 0;  // bytes before it that are not kept
  std::uint64_t position = 0;
  std::int64_t time_us = 0;
  OutputStream stream = OutputStream::output;
  std::string bytes;
  friend bool operator==(const PrintedRecord&, const PrintedRecord&) = default;
};

struct OutputBatch {
  std::vector<PrintedRecord> records;
  bool more = false;  // there is more to read at once
};

class JobOutput {
 public:
  // Of the last lines, at the beginning.
  static constexpr std::size_t most_bytes = 1 << 18;
  // Of the files in one call.
  static constexpr std::size_t most_bytes_a_read = 1 << 17;

  // The files for reading: head, tail0, tail1. One that cannot be read counts as empty.
  explicit JobOutput(std::array<Descriptor, 3> files);

  // Before the first read(): to begin with the last so many lines of standard output and standard
  // error that are there, as far as they fit into most_bytes. Until they are found, batches are
  // empty and there is more.
  void begin_with_last(std::size_t lines) { last_lines_ = lines; }

  // Before the first read(): what stands before this position is known already.
  void begin_from(std::uint64_t position) { position_ = from_ = position; }

  // What has come since the last call, from the beginning on. Takes no notice of what does not
  // decode: the rest of such a file is passed over.
  [[nodiscard]] OutputBatch read();

  // The same files, opened anew for a further attempt of the job. What was read of them before is
  // known by its records, and not told again.
  void reopen(std::array<Descriptor, 3> files);
  // How often a tail segment was found written anew. When both were since some read(), all that was
  // there at that read has been told, or is gone.
  [[nodiscard]] std::uint64_t rewritten() const { return rewritten_; }

  // How far it has read, in bytes of this attempt's output.
  [[nodiscard]] std::uint64_t position() const { return position_; }

 private:
  struct File {
    Descriptor descriptor;
    std::string front;  // the header that it begins with; "" while there is none
    std::uint64_t front_position = 0;
    std::uint64_t offset = 0;  // of what is read next
    bool broken = false;
  };

  OutputBatch read_on();
  void notice_changes();
  [[nodiscard]] std::vector<File*> in_order();
  enum class Step { end, more, changed };
  Step read_file(File& file, std::size_t& budget, OutputBatch& batch);
  [[nodiscard]] bool is_unchanged(const File& file) const;
  void take_records(File& file, std::string_view bytes, OutputBatch& batch);
  void take(const OutputRecord& record, OutputBatch& batch);

  void hold(std::vector<PrintedRecord> records);
  std::vector<PrintedRecord> let_go();

  std::array<File, 3> files_;
  std::uint64_t position_ = 0;
  std::uint64_t from_ = 0;  // until the first record
  bool restarted_ = false;
  std::optional<std::size_t> last_lines_;  // until they were given
  std::deque<PrintedRecord> held_;
  std::size_t held_bytes_ = 0;
  std::uint64_t rewritten_ = 0;  // tail segments, since the beginning
  std::string buffer_;
};

}  // namespace mgr::broker
