// mgrctl, with the caller's own uid. The questions of `setup`: which web user, what it may ask for,
// who the admin is, where mgr listens.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "client/failure.h"
#include "client/setup/answers.h"
#include "client/setup/asker.h"
#include "client/setup/setup_options.h"
#include "policy/policy_review.h"

namespace mgr::client {

// What the questions are about. What it points to must outlive it.
struct Ground {
  const PolicyReview* review = nullptr;
  std::optional<gid_t> admin_gid;  // nothing where this machine has no such group
  std::string listen;              // as mgr.toml has it
};

// The options without which there has to be somebody to ask; "" where none is missing.
[[nodiscard]] std::string missing_options(const SetupOptions& options);

// Fails with invalid_request: an answer of the command line is wrong, or the input has ended.
[[nodiscard]] Outcome<Answers> ask_answers(const Asker& asker, const SetupOptions& options,
                                           const Ground& ground);

}  // namespace mgr::client
