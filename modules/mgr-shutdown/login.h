// mgr-shutdown · root · the backend of systemd's login manager.
#pragma once

#include <memory>

#include "modules/mgr-shutdown/backend.h"
#include "modules/mgr-shutdown/login_manager.h"

namespace mgr_shutdown {

// The login manager keeps the shutdown, tells users who are logged in, and lets nobody log in for
// the last five minutes. It says nothing when somebody else calls the shutdown off or replaces it:
// what it has scheduled is looked at whenever its folder below /run changes, and every ten seconds.
class Login : public Backend {
 public:
  Login(std::unique_ptr<LoginManager> manager, EventLoop& loop, Ended ended)
      : manager_(std::move(manager)), loop_(loop), ended_(std::move(ended)) {}

  [[nodiscard]] Result<void> schedule(const Request& request, RealTime at) override;
  [[nodiscard]] Outcome call_off() override;

 private:
  [[nodiscard]] Result<void> refuse_where_it_may_not_be(bool past_blocks);
  [[nodiscard]] Result<void> watch();
  void withdraw();
  void look();
  void look_at(const Scheduled& found);
  void end(Outcome outcome);
  [[nodiscard]] Outcome going_down() const;

  std::unique_ptr<LoginManager> manager_;
  EventLoop& loop_;
  Ended ended_;
  Scheduled ours_{};
  int unanswered_ = 0;
  bool has_ended_ = false;
};

}  // namespace mgr_shutdown
