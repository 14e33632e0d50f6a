// The way to a file, and who may change where it leads. mgrctl; distrusts everybody but root.
#pragma once

#include <string>
#include <vector>

#include "policy/lint/file_view.h"

namespace mgr {

struct Walk {
  enum class End { file, folder, other, missing, unseen };
  End end = End::missing;
  std::string path;   // where it ended: the file, links resolved, or what is missing or unseen
  std::string loose;  // what somebody may write whom nobody counts on; empty where nobody may
  std::string why;    // "is writable by everybody (mode 0777)"; of `loose`
};

// From / to `path`, which is absolute, each folder and each link on the way looked at, and what it
// ends in. Whoever may write a folder may put something else in the place of what is in it; the
// sticky bit keeps that off only as long as the thing is there. `owner`, beside root, may write.
[[nodiscard]] Walk walk_to(const FileView& files, const std::string& path, uid_t owner);

}  // namespace mgr
