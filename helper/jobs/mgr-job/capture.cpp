// mgr-job, root and then user mgr-job; distrusts every byte that it reads.
#include "helper/jobs/mgr-job/capture.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace mgr {
namespace {

constexpr std::chrono::milliseconds progress_interval(250);

// The command's user owns the pipe, so that it can open /dev/stderr. Only our end does not block.
Result<void> make_pipe(const RunSettings& run, Descriptor& ours, Descriptor& commands) {
  std::array<int, 2> ends{-1, -1};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return fail_errno("pipe");
  ours = Descriptor(ends[0]);
  commands = Descriptor(ends[1]);
  if (fcntl(ours.get(), F_SETFL, O_NONBLOCK) != 0 ||
      fchown(commands.get(), run.uid, run.gid) != 0) {
    return fail_errno("pipe");
  }
  return {};
}

}  // namespace

Capture::Capture(OutputFiles files, Pace pace)
    : files_(std::move(files)), pace_(std::move(pace)), buffer_(max_output_bytes) {
  constexpr std::array streams{OutputStream::output, OutputStream::error, OutputStream::progress};
  for (std::size_t i = 0; i < pipes_.size(); ++i) pipes_[i].stream = streams[i];
}

Result<Capture> Capture::open(const RunSettings& run, int folder) {
  auto files = OutputFiles::open(folder, run.output_limit);
  if (!files) return tl::unexpected(files.error());
  auto pace = Pace::make(progress_interval);
  if (!pace) return tl::unexpected(pace.error());
  Capture capture(std::move(*files), std::move(*pace));
  for (Pipe& pipe : capture.pipes_) {
    if (pipe.stream == OutputStream::progress && !run.progress) continue;
    if (auto made = make_pipe(run, pipe.ours, pipe.commands); !made) {
      return tl::unexpected(made.error());
    }
  }
  return capture;
}

CommandEnds Capture::ends() const {
  return {pipes_[0].commands.get(), pipes_[1].commands.get(), pipes_[2].commands.get()};
}

void Capture::close_ends() {
  for (Pipe& pipe : pipes_) pipe.commands.reset();
}

void Capture::add_to(std::vector<pollfd>& polled) const {
  for (const Pipe& pipe : pipes_) polled.push_back({pipe.ours.get(), POLLIN, 0});
  polled.push_back({pace_.descriptor(), POLLIN, 0});
}

void Capture::handle(const pollfd* polled) {
  for (Pipe& pipe : pipes_) {
    if ((polled++)->revents != 0) read_once(pipe, buffer_.size());
  }
  if (polled->revents != 0 && pace_.take()) accept_progress();
  if (lines_.has_newest() && pace_.ask()) accept_progress();
}

void Capture::finish() {
  for (Pipe& pipe : pipes_) {
    int left = 0;
    if (!pipe.ours || ioctl(pipe.ours.get(), FIONREAD, &left) != 0) continue;
    for (auto rest = static_cast<std::size_t>(std::max(left, 0)); rest > 0;) {
      const std::size_t length = read_once(pipe, std::min(rest, buffer_.size()));
      if (length == 0) break;
      rest -= length;
    }
    flush(pipe);
  }
  accept_progress();
}

// 0 where nothing is there.
std::size_t Capture::read_once(Pipe& pipe, std::size_t most) {
  const ssize_t length = read(pipe.ours.get(), buffer_.data(), most);
  if (length > 0) {
    take(pipe, {buffer_.data(), static_cast<std::size_t>(length)});
    return static_cast<std::size_t>(length);
  }
  if (length == 0 || (errno != EAGAIN && errno != EINTR)) {
    flush(pipe);
    pipe.ours.reset();
  }
  return 0;
}

void Capture::take(Pipe& pipe, std::string_view bytes) {
  if (pipe.stream == OutputStream::progress) return lines_.feed(bytes);
  printed_ += bytes.size();
  // A character that two reads tear apart is put together again.
  std::string joined;
  if (!pipe.unfinished.empty()) bytes = joined = std::exchange(pipe.unfinished, {}).append(bytes);
  const std::size_t torn = unfinished_character(bytes);
  pipe.unfinished = bytes.substr(bytes.size() - torn);
  bytes.remove_suffix(torn);
  files_.keep(pipe.stream, bytes);
}

void Capture::flush(Pipe& pipe) { files_.keep(pipe.stream, std::exchange(pipe.unfinished, {})); }

void Capture::accept_progress() {
  const auto newest = lines_.take_newest();
  if (!newest) return;
  files_.keep(OutputStream::progress, newest->text);
  progress_ = newest->percent;
}

}  // namespace mgr
