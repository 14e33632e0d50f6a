// Helper, root.
#include "helper/jobs/reaper.h"

#include "helper/jobs/spawn.h"

namespace mgr {

void Reaper::reap_when_ended(Descriptor process) {
  if (!process || reap(process)) return;
  const int key = process.get();
  auto watch = Watch::descriptor(loop_, key, UV_READABLE, [this, key] {
    if (reap(children_.at(key).process)) children_.erase(key);
  });
  if (watch) children_.emplace(key, Child{std::move(process), std::move(*watch)});
}

}  // namespace mgr
