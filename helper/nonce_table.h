// Which nonces of signed requests have been used: in memory, of what the journal holds. Helper,
// root; pure, with the clocks passed in. Every nonce in it was signed by a key that is known here,
// so only its holders can fill it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "helper/nonce_file.h"
#include "protocol/error.h"

namespace mgr {

struct Clocks {
  std::int64_t real_s = 0;  // Unix seconds
  std::int64_t boot_s = 0;  // since the machine started, time asleep included (CLOCK_BOOTTIME)
  [[nodiscard]] static Clocks now();
};

// A nonce is kept for as long as its request is not stale by the highest clock at which any was
// recorded, `latest`, and what was stale by that clock stays so, whatever the clock says later. So
// a clock that is set back revives nothing, and forgetting is never a guess.
class NonceTable {
 public:
  static constexpr std::size_t most_of_key = 65536;
  static constexpr std::size_t most = 1048576;

  explicit NonceTable(NonceHead head = {}) : head_(std::move(head)) {}
  NonceTable(NonceTable&&) = default;
  NonceTable& operator=(NonceTable&&) = default;

  // Records may be missing that were made before now: nothing that may have been accepted then is
  // accepted from here on.
  static void distrust(NonceHead& head, const Clocks& now);

  // Fails with stale (the nonce is used, the request too old for what is known here, or the clock
  // went back; the detail says which) or with busy (the key has no room, or nobody has).
  [[nodiscard]] Result<void> check(std::string_view key, const Nonce& nonce, std::int64_t time_s,
                                   const Clocks& now) const;
  void add(const NonceRecord& record);
  // True where this made room: the clock has gone on since the last was recorded.
  bool advance(const Clocks& now);

  // No request of this time or before is accepted.
  [[nodiscard]] std::int64_t floor_at(const Clocks& now) const;
  [[nodiscard]] const NonceHead& head() const { return head_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  // A journal of what is here.
  [[nodiscard]] std::string to_bytes() const;

 private:
  using Keys = std::map<std::string, std::set<Nonce>, std::less<>>;
  void drop_stale();

  NonceHead head_;
  Keys keys_;
  std::map<std::int64_t, std::vector<std::pair<Keys::iterator, Nonce>>> by_time_;  // auth-time
  std::size_t size_ = 0;
};

}  // namespace mgr
