// The paths that a command is given, opened as the command's user. The child of mgr-job; distrusts
// whoever can rename or link what lies beneath a root.
#pragma once

#include <string>
#include <vector>

#include "policy/run_settings.h"

namespace mgr {

// Made before the clone, because open() must not allocate. Borrows the paths.
class PathsToOpen {
 public:
  explicit PathsToOpen(const std::vector<PathToOpen>& paths);

  // What the child still needs must lie at or above this descriptor before open() is called.
  [[nodiscard]] int first_free_descriptor() const;

  // Opens each with O_PATH and puts it at first_path_descriptor plus its place, to pass execve.
  // By openat2(2), over no link from / on, and from the root on no way out; what is opened must be
  // a file or folder as its kind says, never a device, FIFO or socket. The name is looked up once:
  // the command opens /proc/self/fd/N, which is the very file that was found, under the permissions
  // of its user. Gives the step that failed, with errno set
  // ("path 1"), or nothing.
  [[nodiscard]] const char* open() const;

 private:
  const std::vector<PathToOpen>& paths_;
  std::vector<std::string> steps_;
};

}  // namespace mgr
