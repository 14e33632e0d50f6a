// The policy as data: who, what, under which conditions. Built by parse, read by decide; it never
// changes once built, and a reload builds another.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
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

// A named set of callers. Users and groups are numbers by now: names are resolved at load.
struct Principal {
  std::string name;
  std::vector<uid_t> uids;
  std::vector<gid_t> gids;
  // The members of those groups by the user database at load. Deny rules look here too, since a
  // process can shed a group but not its entry in the database.
  std::vector<uid_t> member_uids;
  bool is_anyone = false;
  static void members(auto& archive, auto& record) {
    archive(record.name, record.uids, record.gids, record.member_uids, record.is_anyone);
  }
};

// Which jobs a rule lets its callers see and stop: those that the same uid started, those that also
// carry the same on-behalf-of, or all.
enum class JobScope { own, claimed, all, last_value = all };

// About one argument, whose elements lie in one of the ranges, both ends included. On an allow all
// of them must, on a deny one is enough: else adding a harmless element would lift the deny. Does
// not hold for an argument that the request does not carry.
struct IntegerRange {
  std::int64_t least, most;
  static void members(auto& archive, auto& record) { archive(record.least, record.most); }
};
struct Condition {
  std::string argument;
  std::vector<IntegerRange> ranges;
  static void members(auto& archive, auto& record) { archive(record.argument, record.ranges); }
};

struct Rule {
  bool allow = false;
  std::vector<std::size_t> who;  // indices into Policy::principals
  std::vector<std::string> modules;
  std::vector<std::string> actions;  // "*" for all
  std::vector<Condition> where;      // all must hold; on a deny too
  JobScope jobs = JobScope::own;
  std::string file;  // where it stands, for audit and explanations
  unsigned line = 0;
  static void members(auto& archive, auto& record) {
    archive(record.allow, record.who, record.modules, record.actions, record.where, record.jobs,
            record.file, record.line);
  }
};

struct Policy {
  std::vector<Principal> principals;
  std::vector<Rule> rules;  // in the order of the file
  static void members(auto& archive, auto& record) { archive(record.principals, record.rules); }
};

}  // namespace mgr
