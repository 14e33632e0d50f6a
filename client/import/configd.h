// mgrctl, with the caller's own uid. Takes over OPNsense's configd: its actions_NAME.conf, each
// section of which is an action of the module NAME. Distrusts the files. Pure.
#pragma once

#include <vector>

#include "client/failure.h"
#include "client/import/imported.h"
#include "client/import/program_words.h"

namespace mgr::client {

// Fails with invalid_request and "file:line: reason" where configd would not read a file either.
// What cannot be taken over is told in the result.
[[nodiscard]] Outcome<Imported> import_configd(const std::vector<SourceFile>& files,
                                               const ProgramExists& exists);

}  // namespace mgr::client
