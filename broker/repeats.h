// Broker (uid mgr-broker). Which signed requests have been passed on in the last minute. Pure, with
// the time passed in.
//
// The helper alone decides whether a nonce counts; but who has heard a request could send it again
// and again, and each copy, which verifies, would be paid for by the key that signed the first. So
// copies are those of who sends them. What there is no room for here counts as the key's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_set>

namespace mgr::broker {

class Repeats {
 public:
  // Of one key, and of all, in so long.
  static constexpr std::size_t most_of_key = 65536;
  static constexpr std::size_t most = 131072;
  // Twice the window (signed_request.h) and a second: then it is stale by its time.
  static constexpr std::uint64_t kept_ms = 61'000;

  // The time in milliseconds; it never goes back.
  void set_time(std::uint64_t now_ms);
  // A request whose signature has verified has been passed on.
  void add(std::string_view key, std::string_view nonce);
  // True for kept_ms at least after add(), where there was room.
  [[nodiscard]] bool contains(std::string_view key, std::string_view nonce) const;
  [[nodiscard]] std::size_t size() const { return now_.size + before_.size; }

 private:
  struct Span {
    std::map<std::string, std::unordered_set<std::string>, std::less<>> nonces;  // by key
    std::size_t size = 0;
    [[nodiscard]] bool contains(std::string_view key, std::string_view nonce) const;
  };

  Span now_, before_;
  std::uint64_t began_ms_ = 0;  // of now_
};

}  // namespace mgr::broker
