// The policy as data: who, what, under which conditions. Built by parse, read by decide; it never
// changes once built, and a reload builds another.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace mgr {

// Everyone who connects, proved or not. Always the first of Policy::principals.
inline constexpr const char* anyone_principal = "anyone";

// Ids that prove nothing: the overflow id, which stands for whom the kernel cannot name (see
// user_namespaces(7)), and the unset one. sudo took the latter for root (CVE-2019-14287).
[[nodiscard]] inline bool is_nobody(uid_t id) {
  return id == 65534 || id == static_cast<uid_t>(-1);
}

// How strong a proof of who is asking an action wants: none, the kernel's word for the connection,
// or a signature over the request. It belongs to the action, and no rule lowers it.
enum class Proof : std::uint8_t { none, kernel, signature, last_value = signature };
inline constexpr std::array<std::string_view, 3> proof_words{"none", "kernel", "signed"};

// A named set of callers. Users and groups are numbers by now: names are resolved at load.
struct Principal {
  std::string name;
  std::vector<uid_t> uids;
  std::vector<gid_t> gids;
  // The members of those groups by the user database at load. Deny rules look here too, since a
  // process can shed a group but not its entry in the database.
  std::vector<uid_t> member_uids;
  bool is_anyone = false;
  // Ids of keys (auth-key): who signed with one of them.
  std::vector<std::string> keys{};
  static void members(auto& archive, auto& record) {
    archive(record.name, record.uids, record.gids, record.member_uids, record.is_anyone,
            record.keys);
  }
};

// Which jobs a rule lets its callers see and stop: those that the same uid started, those that also
// carry the same on-behalf-of, or all.
enum class JobScope { own, claimed, all, last_value = all };

// About one argument, each element of which is an integer in one of the ranges, both ends included,
// or else exactly one of the texts. On an allow all
// of them must, on a deny one is enough: else adding a harmless element would lift the deny. Does
// not hold for an argument that the request does not carry.
struct IntegerRange {
  std::int64_t least, most;
  static void members(auto& archive, auto& record) { archive(record.least, record.most); }
};
struct Condition {
  std::string argument;
  std::vector<IntegerRange> ranges;
  std::vector<std::string> texts{};
  static void members(auto& archive, auto& record) {
    archive(record.argument, record.ranges, record.texts);
  }
};

// What a rate may be counted by, and how it is written.
struct RatePeriod {
  std::string_view name;
  std::uint32_t seconds;
};
inline constexpr std::array<RatePeriod, 4> rate_periods{
    {{"s", 1}, {"min", 60}, {"h", 3600}, {"d", 86400}}};

// At most so many a period, for each caller.
struct Rate {
  std::uint32_t count = 0;  // 0: no limit
  std::uint32_t seconds = 0;
  static void members(auto& archive, auto& record) { archive(record.count, record.seconds); }
};

// "30/min"
[[nodiscard]] std::string rate_text(const Rate& rate);

struct Rule {
  bool allow = false;
  std::vector<std::size_t> who;  // indices into Policy::principals
  std::vector<std::string> modules;
  std::vector<std::string> actions;  // "*" for all
  std::vector<Condition> where;      // all must hold; on a deny too
  JobScope jobs = JobScope::own;
  Rate rate;
  std::string file;  // where it stands, for audit and explanations
  unsigned line = 0;
  std::string where_json{};  // its conditions, as callers are told them; by mgr-configure
  // The same for rules that say the same, wherever they stand: what their rates are counted by, so
  // that a reload refills none. 0 until mgr-configure has given it.
  std::uint64_t identity = 0;
  static void members(auto& archive, auto& record) {
    archive(record.allow, record.who, record.modules, record.actions, record.where, record.jobs,
            record.rate, record.file, record.line, record.where_json, record.identity);
  }
};

struct Policy {
  std::vector<Principal> principals;
  std::vector<Rule> rules;  // in the order of the files, and of their lines
  static void members(auto& archive, auto& record) { archive(record.principals, record.rules); }
};

}  // namespace mgr
