// mgr-helper, root.
#include "helper/nonce_table.h"

#include <time.h>

#include <algorithm>

#include "protocol/signed_request.h"

namespace mgr {
namespace {

constexpr std::int64_t window = signature_window_s;

std::int64_t read_clock(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return now.tv_sec;
}

tl::unexpected<Error> stale(std::string detail) {
  return fail(ErrorCode::stale, std::move(detail));
}

}  // namespace

Clocks Clocks::now() { return {read_clock(CLOCK_REALTIME), read_clock(CLOCK_BOOTTIME)}; }

void NonceTable::distrust(NonceHead& head, const Clocks& now) {
  head.floor = std::max({head.floor, now.real_s + window, head.latest + window});
  head.lost_at = now.boot_s;
}

// What is missing was accepted before lost_at, by the clock of then. That clock may have been wrong
// and set right since, so it also counts by the clock of now.
std::int64_t NonceTable::floor_at(const Clocks& now) const {
  if (head_.lost_at < 0) return head_.floor;
  return std::max(head_.floor, now.real_s - (now.boot_s - head_.lost_at) + window);
}

Result<void> NonceTable::check(std::string_view key, const Nonce& nonce, std::int64_t time_s,
                               const Clocks& now) const {
  const std::int64_t floor = floor_at(now);
  if (now.real_s < std::max(head_.latest - window, floor - 2 * window)) {
    return stale(
        "the clock went back: signed requests are refused until it has caught up, or root "
        "has stopped the helper (systemctl stop mgr.socket) and run mgr-helper --accept-clock");
  }
  if (time_s < head_.latest - window) return stale("it is older than the last ones by over 30 s");
  if (time_s <= floor) {
    return stale("after a start without a whole record of nonces: sign it anew in " +
                 std::to_string(std::max<std::int64_t>(floor + 1 - now.real_s, 1)) + " s");
  }
  const auto found = keys_.find(key);
  if (found != keys_.end() && found->second.contains(nonce)) return stale("its nonce is used");
  if (size_ >= most || (found != keys_.end() && found->second.size() >= most_of_key)) {
    return fail(ErrorCode::busy, "too many signed requests in 60 s");
  }
  return {};
}

void NonceTable::add(const NonceRecord& record) {
  const auto key = keys_.try_emplace(record.key).first;
  if (key->second.insert(record.nonce).second) {
    by_time_[record.time].emplace_back(key, record.nonce);
    ++size_;
  }
  head_.latest = std::max(head_.latest, record.at);
  drop_stale();
}

bool NonceTable::advance(const Clocks& now) {
  const std::size_t before = size_;
  head_.latest = std::max(head_.latest, now.real_s);
  drop_stale();
  return size_ < before;
}

void NonceTable::drop_stale() {
  while (!by_time_.empty() && by_time_.begin()->first < head_.latest - window) {
    for (const auto& [key, nonce] : by_time_.begin()->second) {
      key->second.erase(nonce);
      if (key->second.empty()) keys_.erase(key);
      --size_;
    }
    by_time_.erase(by_time_.begin());
  }
}

std::string NonceTable::to_bytes() const {
  std::string bytes = mgr::to_bytes(head_);
  for (const auto& [time_s, nonces] : by_time_) {
    for (const auto& [key, nonce] : nonces) {
      bytes += mgr::to_bytes(NonceRecord{key->first, nonce, time_s, 0});
    }
  }
  return bytes;
}

}  // namespace mgr
