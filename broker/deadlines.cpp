// Broker (uid mgr-broker).
#include "broker/deadlines.h"

#include <algorithm>
#include <utility>

namespace mgr::broker {
namespace {

std::size_t index_of(DeadlineKind kind) { return static_cast<std::size_t>(kind); }

}  // namespace

Deadlines::Deadlines(uv_loop_t* loop, Expired expired)
    : loop_(loop), expired_(std::move(expired)), timer_(loop, [this] { fire(); }) {}

void Deadlines::set_durations(std::uint64_t block_ms, std::uint64_t idle_ms) {
  durations_[index_of(DeadlineKind::block)] = std::max<std::uint64_t>(block_ms, 1);
  durations_[index_of(DeadlineKind::idle)] = std::max<std::uint64_t>(idle_ms, 1);
}

void Deadlines::enter(Connection& connection, DeadlineKind kind) {
  if (connection.deadline == kind) return;
  leave(connection);
  if (kind == DeadlineKind::none) return;
  connection.deadline = kind;
  connection.deadline_start = uv_now(loop_);
  lists_[index_of(kind)].push_back(connection);
}

void Deadlines::leave(Connection& connection) {
  static_cast<DeadlineHook&>(connection).unlink();
  connection.deadline = DeadlineKind::none;
}

std::uint64_t Deadlines::due(const Connection& connection) const {
  return connection.deadline_start + durations_[index_of(connection.deadline)];
}

void Deadlines::fire() {
  armed_for_ = never;
  const std::uint64_t now = uv_now(loop_);
  for (List& list : lists_) {
    while (!list.empty()) {
      auto& connection = static_cast<Connection&>(list.front());
      if (due(connection) > now) break;
      const DeadlineKind kind = connection.deadline;
      leave(connection);
      expired_(connection, kind);
    }
  }
}

void Deadlines::arm() {
  std::uint64_t nearest = never;
  for (const List& list : lists_) {
    if (!list.empty()) {
      nearest = std::min(nearest, due(static_cast<const Connection&>(list.front())));
    }
  }
  if (nearest == armed_for_) return;
  armed_for_ = nearest;
  if (nearest == never) return timer_.stop();
  const std::uint64_t now = uv_now(loop_);
  timer_.start(nearest > now ? nearest - now : 0);
}

}  // namespace mgr::broker
