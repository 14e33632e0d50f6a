// mgrctl, with the caller's own uid. Writes files as a whole or not at all.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "client/failure.h"

namespace mgr::client {

// Each writes a file beside `path` under a name of its own, syncs it, and renames it: nobody sees
// half of one. `mode` is the file's whatever the umask. Fails with invalid_request, "path: reason",
// and leaves nothing behind.
[[nodiscard]] Outcome<void> replace_file(const std::string& path, std::string_view text,
                                         mode_t mode);
// Fails also where there is anything of that name, with "path: is there already".
[[nodiscard]] Outcome<void> create_file(const std::string& path, std::string_view text,
                                        mode_t mode);

// Of anything, a dangling link too.
[[nodiscard]] bool exists(const std::string& path);

}  // namespace mgr::client
