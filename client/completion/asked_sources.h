// mgrctl, with the caller's own uid. What completion knows, from the daemon, the user database and
// /etc/mgr. Distrusts the daemon's answers.
#pragma once

#include <optional>

#include "client/completion/sources.h"
#include "client/session.h"

namespace mgr::client {

// Asks each thing once at most, until the session's deadline in all, and takes a refusal, no answer
// and a bad one for an empty one. It signs as any request of the session, and asks nobody for
// anything.
class AskedSources final : public Sources {
 public:
  explicit AskedSources(Session session) : session_(std::move(session)) {}

  const Catalogue& catalogue() override;
  std::vector<Job> jobs(bool only_living) override;
  std::vector<std::string> listed(const ChosenAction& chosen, const std::string& argument) override;
  std::vector<std::string> users() override;
  std::vector<std::string> keys() override;

 private:
  std::optional<Reply> ask_for(const Request& request) const;

  Session session_;
  std::optional<Catalogue> catalogue_;
};

}  // namespace mgr::client
