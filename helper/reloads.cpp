// mgr-helper, root.
#include "helper/reloads.h"

#include <systemd/sd-daemon.h>

#include "helper/log.h"

namespace mgr {

void Reloads::ask(std::optional<Task> task) {
  if (task && next_.size() >= most_waiting) {
    return fail_task(link_, *task, {ErrorCode::busy, "too many wait for a reload"});
  }
  if (task) next_.push_back(std::move(*task));
  again_ = true;
  if (!under_way_) begin();
}

void Reloads::begin() {
  again_ = false;
  under_way_ = true;
  asked_ = std::exchange(next_, {});
  sd_notify(0, "RELOADING=1");
  auto run = begin_configure(loop_, reaper_, command_, [this](auto loaded) {
    loaded_ = std::move(loaded);
    run_.reset();
  });
  if (run) run_ = std::move(*run);
  if (!run) loaded_ = tl::unexpected(run.error());
}

void Reloads::turn_ended() {
  while (loaded_) {  // once more where a further one could not even begin
    const auto data = std::exchange(loaded_, std::nullopt)->and_then(take_over_);
    audit_.event(data ? "reloaded" : "reload_failed", data ? *data : data.error().detail);
    if (!data) log_error("the old configuration stays in force: " + data.error().detail);
    for (Task& task : std::exchange(asked_, {})) {
      // With what, the line above says once for all.
      if (data && task.record) std::exchange(task.record, std::nullopt)->succeeded("");
      data ? succeed(link_, task, *data) : fail_task(link_, task, data.error());
    }
    sd_notify(0, "READY=1");
    under_way_ = false;
    if (again_) begin();
  }
}

}  // namespace mgr
