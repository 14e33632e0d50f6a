// mgrctl, with the caller's own uid. All that one run of `setup` knows before it writes anything.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "client/options.h"
#include "client/setup/answers.h"
#include "client/setup/rules.h"
#include "client/setup/staged_policy.h"

namespace mgr::client {

// The policy that is there.
struct PresentPolicy {
  std::string folder;  // /etc/mgr, below --root
  PolicyFiles files;
  JudgedPolicy judged;
  std::string listen;  // [broker] listen
  std::optional<std::string>
      own_text;  // of the file that setup writes; nothing where there is none

  [[nodiscard]] std::string own_file() const;
  [[nodiscard]] bool was_edited() const;
};

// Fails with invalid_request where root's checks do not let it pass, or it has a mistake in it.
[[nodiscard]] Outcome<PresentPolicy> look_at_present(const Options& options);

struct SetupPlan {
  Answers answers;
  std::vector<SetupRule> rules;
  std::string text;                     // of the file
  std::optional<std::string> settings;  // of mgr.toml, where the answers change it
  JudgedPolicy judged;                  // the policy as it will be
  std::vector<std::string> warnings;    // that the present one is not warned of
  std::vector<Finding> findings;        // of the file itself, and what is new in others
};

// Fails with invalid_request where the policy would have a mistake in it.
[[nodiscard]] Outcome<SetupPlan> make_plan(const Options& options, const PresentPolicy& present,
                                           Answers answers);

// Whether what it would put in force is as good as root for somebody.
[[nodiscard]] bool is_dangerous(const SetupPlan& plan);

}  // namespace mgr::client
