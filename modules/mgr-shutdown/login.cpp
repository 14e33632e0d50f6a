// mgr-shutdown · root · expects the login manager to die, and others to use it too.
#include "modules/mgr-shutdown/login.h"

#include "protocol/utc_time.h"

namespace mgr_shutdown {
namespace {

constexpr const char* calendar = "/run/systemd/shutdown";

std::string described(const Scheduled& shutdown) {
  return shutdown.type + " at " + mgr::utc_time(static_cast<std::int64_t>(shutdown.at));
}

std::chrono::microseconds from_now_to(const Scheduled& shutdown) {
  return std::chrono::microseconds(static_cast<std::int64_t>(shutdown.at)) -
         real_time().time_since_epoch();
}

}  // namespace

Result<void> Login::schedule(const Request& request, RealTime at) {
  if (auto may = refuse_where_it_may_not_be(request.past_blocks); !may) return may;
  if (auto delayed = manager_->delay_until_our_end(); !delayed) return delayed;
  if (auto watched = manager_->on_going_down([this] { end(going_down()); }); !watched) {
    return watched;
  }
  if (auto set = manager_->set_wall_message(request.message); !set) return set;
  ours_ = {std::string(word_of(request.kind)),
           static_cast<std::uint64_t>(at.time_since_epoch().count())};
  auto held = manager_->schedule(ours_);
  if (held) held = watch();
  if (!held) withdraw();
  return held;
}

// An answer that did not come does not tell that nothing was done.
void Login::withdraw() {
  const auto found = manager_->scheduled();
  if (found && *found == ours_) (void)manager_->cancel();
}

// The login manager itself would let root replace another's shutdown, and go past every block.
Result<void> Login::refuse_where_it_may_not_be(bool past_blocks) {
  const auto goes_down = manager_->goes_down();
  if (!goes_down) return tl::unexpected(goes_down.error());
  if (*goes_down) return failure("the machine goes down already");
  const auto found = manager_->scheduled();
  if (!found) return tl::unexpected(found.error());
  if (!found->type.empty()) {
    return failure("the login manager has another scheduled: " + described(*found) +
                   " (shutdown -c calls it off)");
  }
  if (past_blocks) return {};
  const auto blocked_by = manager_->blocked_by();
  if (!blocked_by) return tl::unexpected(blocked_by.error());
  if (!blocked_by->empty()) return failure("shutdowns are blocked by " + *blocked_by);
  return {};
}

Result<void> Login::watch() {
  constexpr std::chrono::seconds interval{10};
  // Three calls are over before a stop's grace period is.
  manager_->answer_within(std::chrono::seconds(2));
  // The folder is there by now, unless the login manager is another; then the interval is enough.
  (void)loop_.on_change(calendar, [this] { look(); });
  return loop_.every(interval, [this] { look(); });
}

// Whoever restarts the login manager is given the time to do so.
void Login::look() {
  constexpr int too_many = 3;
  if (has_ended_) return;
  const auto goes_down = manager_->goes_down();
  if (goes_down && *goes_down) return end(going_down());
  const auto found = goes_down ? manager_->scheduled() : tl::unexpected(goes_down.error());
  unanswered_ = found ? 0 : unanswered_ + 1;
  if (found) return look_at(*found);
  if (unanswered_ < too_many) return;
  end({Ending::failed, found.error().message + "; whether it still is scheduled is not known"});
}

void Login::look_at(const Scheduled& found) {
  constexpr std::chrono::minutes patience{1};
  if (found.type.empty()) {
    return end({Ending::failed,
                "called off by somebody else at the login manager, or lost by its restart"});
  }
  if (found != ours_) {
    return end({Ending::failed,
                "replaced by somebody else at the login manager, with " + described(found)});
  }
  if (from_now_to(ours_) > -patience) return;
  (void)manager_->cancel();
  end({Ending::failed, "the time has come and the login manager has done nothing; called off"});
}

// Somebody else's order looks the same, and what kind it is is not told.
Outcome Login::going_down() const {
  constexpr std::chrono::seconds early{1};
  if (from_now_to(ours_) < early) return {Ending::goes_down, "the machine goes down"};
  return {Ending::failed, "the machine goes down before the time, by somebody else's order"};
}

// Where the login manager does not tell what it has, it is called off all the same.
Outcome Login::call_off() {
  has_ended_ = true;
  const auto goes_down = manager_->goes_down();
  if (goes_down && *goes_down) return going_down();
  const auto found = manager_->scheduled();
  if (found && *found != ours_) return {Ending::called_off, "it was not scheduled any more"};
  const auto cancelled = manager_->cancel();
  if (cancelled) return {Ending::called_off, "called off"};
  return {Ending::failed, cancelled.error().message + "; not called off, as far as is known"};
}

void Login::end(Outcome outcome) {
  if (has_ended_) return;
  has_ended_ = true;
  ended_(std::move(outcome));
}

}  // namespace mgr_shutdown
