// mgrctl, with the caller's own uid. A policy as it would be with other files, looked at before it
// is in force: loaded and linted as a copy, in a folder that is gone afterwards.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "client/failure.h"
#include "client/options.h"
#include "client/review/policy_source.h"
#include "policy/lint/finding.h"

namespace mgr::client {

// Texts by their names below the policy's folder: "policy.toml", "rules.d/10-setup.toml".
using PolicyFiles = std::map<std::string, std::string>;

// Those of the folder, without secrets. What is no regular file is left out.
[[nodiscard]] PolicyFiles read_policy_files(const std::string& folder);

struct JudgedPolicy {
  SourcedPolicy policy;  // its rules and warnings name the files as below `folder`
  std::vector<Finding> findings;
};

// What mgr-configure and lint say of these files, as if they lay in `folder`. A mistake in them is
// a failure of the kind invalid_request, "file:line: reason".
[[nodiscard]] Outcome<JudgedPolicy> judge(const Options& options, const std::string& folder,
                                          const PolicyFiles& files);

}  // namespace mgr::client
