// The locks of which one helper at a time has each: flock(2) on a descriptor. Helper, root.
#pragma once

namespace mgr {

// Takes the lock, and waits up to a second for who is just letting it go: a process that a killed
// helper was starting has that helper's descriptors, and so its locks, until it is another program
// (vfork(2), execve(2)). False where it is held for longer, or with errno of flock(2).
[[nodiscard]] bool take_lasting_lock(int descriptor);

}  // namespace mgr
