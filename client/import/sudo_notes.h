// mgrctl, with the caller's own uid. What of a sudoers file is neither who nor what: hosts,
// Defaults, included files, lines that are no sudoers. Distrusts the file. Pure.
#pragma once

#include <string>
#include <vector>

#include "client/import/sudoers_syntax.h"

namespace mgr::client {

// What people must know of the file beside its commands. An included file that is not among `files`
// is told, and never opened.
[[nodiscard]] std::vector<Aside> notes_on(const Sudoers& sudoers,
                                          const std::vector<SourceFile>& files);

// Whether a list of hosts has this machine: by ALL or its name, and leaves no host out; or perhaps,
// by what only sudo can look up.
enum class HostFit { no, perhaps, yes };
[[nodiscard]] HostFit fit_host(const Sudoers& sudoers, const SudoMembers& hosts,
                               const std::string& host);

// "A, !B"
[[nodiscard]] std::string text_of(const SudoMembers& members);

// Whether `Defaults !authenticate` takes the password away from everybody.
[[nodiscard]] bool is_password_off(const Sudoers& sudoers);

}  // namespace mgr::client
