// The pipes from the command: its standard output, standard error and progress. mgr-job, opened as
// root and read as user mgr-job; distrusts every byte, and whoever else holds their ends.
//
// Everything is drained, kept or not, so that a command never waits for us; and a turn of the loop
// takes so much and no more, so that a flood does not keep a stop waiting.
#pragma once

#include <poll.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "helper/jobs/mgr-job/command_ends.h"
#include "helper/jobs/mgr-job/output_files.h"
#include "helper/jobs/mgr-job/pace.h"
#include "helper/jobs/mgr-job/progress.h"
#include "policy/run_settings.h"
#include "protocol/descriptor.h"
#include "protocol/error.h"

namespace mgr {

class Capture {
 public:
  // Makes the pipes and the files. Needs root.
  static Result<Capture> open(const RunSettings& run, int folder);

  [[nodiscard]] CommandEnds ends() const;
  // When the command has its own copies: so that its end is seen.
  void close_ends();

  // Appends as many places as places().
  void add_to(std::vector<pollfd>& polled) const;
  [[nodiscard]] static constexpr std::size_t places() { return 4; }
  // Takes what poll(2) said of them: from each pipe what one read gives.
  void handle(const pollfd* polled);
  // At the job's end: what is in the pipes at this moment, and no more, since a process outside the
  // cgroup may hold them open and write for ever.
  void finish();

  // Bytes of standard output and standard error so far, kept or not.
  [[nodiscard]] std::uint64_t printed() const { return printed_; }
  // Per cent, as it last said and we took: at most four a second.
  [[nodiscard]] std::optional<std::uint8_t> progress() const { return progress_; }

 private:
  struct Pipe {
    OutputStream stream = OutputStream::output;
    Descriptor ours, commands;
    std::string unfinished;  // a character of which the rest has not come
  };

  Capture(OutputFiles files, Pace pace);
  std::size_t read_once(Pipe& pipe, std::size_t most);
  void take(Pipe& pipe, std::string_view bytes);
  void flush(Pipe& pipe);
  void accept_progress();

  OutputFiles files_;
  Pace pace_;
  ProgressLines lines_;
  std::array<Pipe, 3> pipes_;
  std::vector<char> buffer_;
  std::uint64_t printed_ = 0;
  std::optional<std::uint8_t> progress_;
};

}  // namespace mgr
