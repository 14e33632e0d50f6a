// The socket `control` in a job's folder, as the helper sees it. Helper, root; distrusts what
// mgr-job says there: two numbers, and its hang-up.
#pragma once

#include <optional>

#include "helper/jobs/job_files.h"
#include "protocol/descriptor.h"
#include "protocol/error.h"

namespace mgr {

// Binds it anew, 0600, and listens: what mgr-job inherits.
[[nodiscard]] Result<Descriptor> listen_on_control(int folder);

// The helper's end: non-blocking, close-on-exec. Refused where no mgr-job listens any more.
[[nodiscard]] Result<Descriptor> connect_to_control(int folder);

// Asks for the tree's end. A peer that is gone is no failure: its hang-up is told elsewhere.
// False where so much waits there already that it cannot be sent.
[[nodiscard]] bool send_stop(const Descriptor& control);
// Asks it to tell of its output.
void send_follow(const Descriptor& control);

// What it says next: nothing for now, or, as a failure, that it has hung up. What does not decode
// is nothing.
[[nodiscard]] Result<std::optional<ControlNote>> receive_note(const Descriptor& control);

// Takes the job's lock (flock(2)) without waiting: what mgr-job inherits. The result is empty while
// somebody else holds it. Makes the file where missing.
[[nodiscard]] Result<Descriptor> take_job_lock(int folder);

}  // namespace mgr
