// A file that is there whole or not at all, and never takes another's place. mgr-configure, root.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "protocol/descriptor.h"
#include "protocol/error.h"

namespace mgr {

// Opened to make files in; the caller has seen that it is root's alone.
[[nodiscard]] Result<Descriptor> open_folder(const std::string& path);

// Writes `bytes` to ".NAME.new" in that folder and to the disk, the name included. What lay there
// was left by a power cut and goes.
[[nodiscard]] Result<void> write_beside(int folder, const std::string& name, mode_t mode,
                                        std::string_view bytes);

// Gives what lies there its name, on the disk too. Fails where something has that name.
[[nodiscard]] Result<void> put_in_place(int folder, const std::string& name);

// Both.
[[nodiscard]] Result<void> make_file(int folder, const std::string& name, mode_t mode,
                                     std::string_view bytes);

// Whether something has that name, or lies beside it; a link is not followed.
[[nodiscard]] bool is_there(int folder, const std::string& name);
[[nodiscard]] bool is_beside(int folder, const std::string& name);

}  // namespace mgr
