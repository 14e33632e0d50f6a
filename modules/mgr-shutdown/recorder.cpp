// mgr-shutdown · root · distrusts nothing: the file is named by modules.d.
#include "modules/mgr-shutdown/recorder.h"

#include <fcntl.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "protocol/utc_time.h"

namespace mgr_shutdown {

Result<void> Recorder::schedule(const Request& request, RealTime at) {
  request_ = request;
  at_ = at;
  if (auto written = write("scheduled"); !written) return written;
  return loop_.after(request.delay, [this] { go_down(); });
}

Outcome Recorder::call_off() {
  const auto written = write("cancelled");
  if (!written) return {Ending::failed, written.error().message};
  return {Ending::called_off, "recorded as called off"};
}

void Recorder::go_down() {
  const auto written = write("went down");
  if (!written) return ended_({Ending::failed, written.error().message});
  ended_({Ending::goes_down, "recorded as gone down"});
}

Result<void> Recorder::write(const char* step) const {
  const nlohmann::json record{{"step", step},
                              {"type", word_of(request_.kind)},
                              {"at", mgr::utc_time(at_.time_since_epoch().count())},
                              {"message", request_.message}};
  const std::string line = record.dump() + '\n';
  const int file = open(request_.record.c_str(),
                        O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
  if (file < 0) return system_failure("the record " + request_.record, errno);
  const ssize_t count = ::write(file, line.data(), line.size());
  const int error_number = count < 0 ? errno : EIO;
  (void)close(file);
  if (count == static_cast<ssize_t>(line.size())) return {};
  return system_failure("the record " + request_.record, error_number);
}

}  // namespace mgr_shutdown
