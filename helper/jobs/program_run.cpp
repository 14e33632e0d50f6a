// Helper, root.
#include "helper/jobs/program_run.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "helper/jobs/signal_process.h"

namespace mgr {

Result<std::unique_ptr<ProgramRun>> ProgramRun::begin(uv_loop_t* loop, Reaper& reaper,
                                                      const std::string& program,
                                                      const std::vector<std::string>& arguments,
                                                      Limits limits, Ended ended) {
  auto child = spawn_with_output(program, arguments);
  if (!child) return tl::unexpected(child.error());
  std::unique_ptr<ProgramRun> run(
      new ProgramRun(reaper, std::move(*child), limits.bytes, std::move(ended)));
  ProgramRun* self = run.get();
  auto watch =
      Watch::descriptor(loop, self->child_.output.get(), UV_READABLE, [self] { self->read(); });
  if (!watch) return tl::unexpected(watch.error());
  run->readable_ = std::move(*watch);
  const auto time = static_cast<std::uint64_t>(limits.time.count());
  run->too_late_ = Watch::after(loop, time, [self, program] {
    self->end(fail(ErrorCode::failed, program + " takes too long: does a database hang?"));
  });
  return run;
}

ProgramRun::~ProgramRun() {
  static_cast<void>(signal_process(child_.process, SIGKILL));
  reaper_.reap_when_ended(std::move(child_.process));
}

void ProgramRun::read() {
  std::array<char, 1 << 16> piece{};
  const ssize_t count = ::read(child_.output.get(), piece.data(), piece.size());
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) return end(std::move(bytes_));
  bytes_.append(piece.data(), static_cast<std::size_t>(count));
  if (bytes_.size() > most_) end(fail(ErrorCode::failed, "mgr's own program writes too much"));
}

}  // namespace mgr
