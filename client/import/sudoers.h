// mgrctl, with the caller's own uid. Takes over sudoers files (sudoers(5)): each command with its
// fixed words becomes an action of the module sudo, and who may run it a rule. What is taken over
// grants no more than sudo did, but for the password, which mgr does not ask for. Distrusts the
// files. Pure.
#pragma once

#include <string>
#include <vector>

#include "client/failure.h"
#include "client/import/imported.h"
#include "client/import/program_words.h"

namespace mgr::client {

// `host` is this machine's name: entries for others are left out. Fails with invalid_request where
// no line of a file is of the grammar, or where the aliases make more commands than 20,000.
[[nodiscard]] Outcome<Imported> import_sudoers(const std::vector<SourceFile>& files,
                                               const std::string& host,
                                               const ProgramExists& exists);

}  // namespace mgr::client
