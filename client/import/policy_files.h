// mgrctl, with the caller's own uid. Files that are imported, and the folder that is written.
#pragma once

#include <string>
#include <vector>

#include "client/failure.h"
#include "client/import/imported.h"

namespace mgr::client {

// The whole of a file of at most 1 MiB; "-" is standard input. Fails with invalid_request.
[[nodiscard]] Outcome<SourceFile> read_source(const std::string& name);

struct PolicyFile {
  std::string name;  // "modules.d/sudo.toml"
  std::string text;
};

// What was imported, as files below a policy's folder. Fails with invalid_request where one would
// be larger than a policy's file may be.
[[nodiscard]] Outcome<std::vector<PolicyFile>> policy_files(const Imported& imported);

// Writes them below `folder`, which is made where it is missing, each as a whole or not at all,
// readable by all and writable by their owner. A folder of somebody else's (neither the caller's
// nor root's) is an error, and so is a symbolic link in place of one below `folder`, or one of
// somebody else's in place of `folder`. A file that is there is an error before anything is
// written, unless `overwrite`. A folder without a policy.toml gets an empty one, so that it can be
// checked by itself.
[[nodiscard]] Outcome<void> write_files(const std::string& folder,
                                        const std::vector<PolicyFile>& files, bool overwrite);

}  // namespace mgr::client
