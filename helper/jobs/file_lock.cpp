// Helper, root.
#include "helper/jobs/file_lock.h"

#include <sys/file.h>
#include <time.h>

#include <cerrno>

namespace mgr {

bool take_lasting_lock(int descriptor) {
  constexpr int most_tries = 100;
  constexpr timespec between{0, 10'000'000};
  for (int tries = 1; flock(descriptor, LOCK_EX | LOCK_NB) != 0; ++tries) {
    if (errno != EWOULDBLOCK || tries == most_tries) return false;
    nanosleep(&between, nullptr);
  }
  return true;
}

}  // namespace mgr
