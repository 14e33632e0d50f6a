// The answers of mode output that equal requests share: the job that is to bring one, and, as long
// as the action's `cache` says, the job that has. Only one that succeeded is kept. Helper, root.
#pragma once

#include <uv.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "helper/errand.h"
#include "helper/jobs/jobs.h"
#include "helper/jobs/watch.h"
#include "modules/effect.h"
#include "policy/policy.h"

namespace mgr {

// What requests must have in common to share an answer: module, action, every argument, what was in
// force (its number), and the rule that decided; where that rule tells claimed people apart, whom
// they claim to act for. "" for what is not shared.
[[nodiscard]] std::string sharing_key(const Errand& errand, std::uint64_t in_force,
                                      const Rule& rule, const Effect& effect);

class AnswerCache {
 public:
  explicit AnswerCache(uv_loop_t* loop) : loop_(loop) {}
  AnswerCache(const AnswerCache&) = delete;
  AnswerCache& operator=(const AnswerCache&) = delete;

  // The job of this key that runs, or whose answer is kept; 0 for none.
  [[nodiscard]] std::uint64_t job_of(const Jobs& jobs, const std::string& key) const;
  // How old the kept answer of that key is.
  [[nodiscard]] std::uint64_t age_ms(const std::string& key) const;

  // From now on it is the key's. What was kept for it before goes.
  void begin(const std::string& key, std::uint64_t job);
  // The job of that key has ended. False where its answer is not kept.
  [[nodiscard]] bool keep(const Job& job, const std::string& key);
  // The jobs whose answers have gone since the last call.
  [[nodiscard]] std::vector<std::uint64_t> take_gone() { return std::exchange(gone_, {}); }

 private:
  // The oldest go first.
  static constexpr std::size_t most_kept = 1024;
  static constexpr std::uint64_t most_kept_bytes = 64 << 20;

  // The newest job of a key.
  struct Shared {
    std::uint64_t job = 0;
    std::uint64_t ended_ms = 0;  // loop time
    std::uint64_t bytes = 0;
    std::unique_ptr<Watch> expires{};  // once it is kept
  };
  void let_go(const std::string& key);

  uv_loop_t* loop_;
  std::map<std::string, Shared> shared_;
  std::map<std::uint64_t, std::string> kept_;  // by job, and so by age: the key
  std::uint64_t kept_bytes_ = 0;
  std::vector<std::uint64_t> gone_;
};

}  // namespace mgr
