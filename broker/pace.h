// Broker (uid mgr-broker). A bucket of tokens: full at first, refilled evenly. Pure: the time is
// passed in, in nanoseconds, and never goes back.
#pragma once

#include <algorithm>
#include <cstdint>

namespace mgr::broker {

// What has been taken out of one, told by the time at which it is full again; 0 is a full one.
struct Bucket {
  std::uint64_t full_at = 0;
};

// How fast the buckets of one kind refill, and how much they hold.
class Pace {
 public:
  constexpr Pace(std::uint64_t tokens_a_second, std::uint64_t burst)
      : token_(std::max<std::uint64_t>(second / std::max<std::uint64_t>(tokens_a_second, 1), 1)),
        capacity_(token_ * std::max<std::uint64_t>(burst, 1)) {}

  // The half of it: of the tokens, and of what the bucket holds.
  [[nodiscard]] constexpr Pace half() const {
    Pace half = *this;
    half.token_ *= 2;
    return half;
  }

  // How long it is until so many tokens can be taken: 0 for now. More than the bucket holds count
  // as all that it holds.
  [[nodiscard]] constexpr std::uint64_t wait(const Bucket& bucket, std::uint64_t now,
                                             std::uint64_t tokens) const {
    const std::uint64_t after = std::max(bucket.full_at, now) + cost(tokens);
    return after - now > capacity_ ? after - now - capacity_ : 0;
  }
  // Where wait() is 0.
  constexpr void take(Bucket& bucket, std::uint64_t now, std::uint64_t tokens) const {
    bucket.full_at = std::max(bucket.full_at, now) + cost(tokens);
  }
  // What was taken out of it at another pace is not held against it for longer than at this one.
  constexpr void hold(Bucket& bucket, std::uint64_t now) const {
    bucket.full_at = std::min(bucket.full_at, now + capacity_);
  }
  // Of what was taken.
  constexpr void give_back(Bucket& bucket, std::uint64_t tokens) const {
    bucket.full_at -= std::min(bucket.full_at, cost(tokens));
  }

 private:
  static constexpr std::uint64_t second = 1'000'000'000;
  [[nodiscard]] constexpr std::uint64_t cost(std::uint64_t tokens) const {
    return std::min(token_ * tokens, capacity_);
  }

  std::uint64_t token_, capacity_;
};

}  // namespace mgr::broker
