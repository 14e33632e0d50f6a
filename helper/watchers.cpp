// mgr-helper, root.
#include "helper/watchers.h"

#include "helper/job_json.h"
#include "helper/job_selection.h"
#include "protocol/reply.h"

namespace mgr {
namespace {

constexpr std::size_t most_watchers = 256;

}  // namespace

void Watchers::add(Errand errand, JobSelection selection) {
  if (watchers_.size() >= most_watchers ||
      !link_.send_part(errand.to, part_line(errand.action, job_object(nullptr)))) {
    return link_.send_reply(errand.to, failure_line({ErrorCode::busy, "too many watch already"}));
  }
  watchers_.push_back({std::move(errand), std::move(selection)});
}

void Watchers::job_changed(const Job& job) {
  if (watchers_.empty()) return;
  std::erase_if(watchers_, [&](const Watcher& watcher) {
    const Errand& errand = watcher.errand;
    if (!matches(errand, watcher.selection, job)) return false;
    if (link_.send_part(errand.to, part_line(errand.action, job_object(&job)))) return false;
    link_.send_reply(errand.to, failure_line({ErrorCode::busy, "the changes come too fast"}));
    return true;
  });
}

void Watchers::client_gone(std::uint64_t reader) {
  std::erase_if(watchers_, [&](const Watcher& watcher) {
    if (watcher.errand.reader != reader) return false;
    link_.send_reply(watcher.errand.to, success_line(watcher.errand.action, ""));
    return true;
  });
}

}  // namespace mgr
