// mgrctl, with the caller's own uid. Where a policy that is looked at comes from. Distrusts the
// daemon's answers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "client/failure.h"
#include "client/options.h"
#include "client/session.h"
#include "policy/policy_review.h"

namespace mgr::client {

struct SourcedPolicy {
  PolicyReview review;
  std::vector<std::string> warnings;  // "file:line: text"; of files alone
  std::optional<gid_t> admin_gid;     // of mgr.toml's admin_group; of files alone
};

// The files of `folder`, whoever owns them; or, without one, those of /etc/mgr below --root, with
// the checks of a helper that starts but for what depends on this machine's jobs. A mistake in the
// files is a failure of the kind invalid_request whose detail is "file:line: reason".
[[nodiscard]] Outcome<SourcedPolicy> load_files(const Options& options,
                                                const std::optional<std::string>& folder);

// What is in force, asked of the daemon (`mgr policy`), in as many requests as it takes. A refusal
// is a Reply.
[[nodiscard]] Outcome<tl::expected<SourcedPolicy, Reply>> load_running(const Session& session);

}  // namespace mgr::client
