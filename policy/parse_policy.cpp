// mgr-configure (root); reads root's own files, and distrusts their author's typing: what
// is not understood is an error, because a rule half understood grants or denies something else.
#include <algorithm>
#include <optional>
#include <utility>

#include "policy/argument.h"
#include "policy/parse.h"
#include "policy/table_reader.h"
#include "policy/type_name.h"

namespace mgr {
namespace {

std::optional<IntegerRange> parse_range(const TomlValue& value) {
  if (value.kind == TomlValue::Kind::integer) return IntegerRange{value.integer, value.integer};
  if (value.kind != TomlValue::Kind::text) return std::nullopt;
  const std::string_view text = value.text;
  const std::size_t dots = text.find("..");
  const ArgumentType integer{TypeKind::integer};
  const auto least = check_value(integer, text.substr(0, dots));
  const auto most = dots == text.npos ? least : check_value(integer, text.substr(dots + 2));
  if (!least || !most) return std::nullopt;
  const IntegerRange range{std::get<std::int64_t>(least->front()),
                           std::get<std::int64_t>(most->front())};
  if (range.least > range.most) return std::nullopt;
  return range;
}

// What an argument can be, to the letter. With ".." in it it is a range, or was meant to be one.
bool is_exact_text(const TomlValue& value) {
  return value.kind == TomlValue::Kind::text && value.text.find("..") == value.text.npos &&
         check_value(ArgumentType{TypeKind::string}, value.text).has_value();
}

// "30/min": so many a s, min, h or d.
std::optional<Rate> parse_rate(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == text.npos) return std::nullopt;
  ArgumentType number{TypeKind::integer};
  number.least = 1;
  number.most = 1000000;
  const auto count = check_value(number, text.substr(0, slash));
  const auto period = std::ranges::find(rate_periods, text.substr(slash + 1), &RatePeriod::name);
  if (!count || period == rate_periods.end()) return std::nullopt;
  return Rate{static_cast<std::uint32_t>(std::get<std::int64_t>(count->front())), period->seconds};
}

class PolicyParser {
 public:
  PolicyParser(UserDatabase& users, Findings& findings, Configuration& into)
      : users_(users),
        findings_(findings),
        policy_(into.policy),
        sources_(into.principal_sources),
        known_keys_(into.keys) {}

  // Adds to what the files before this one say.
  void read(const TomlValue& document) {
    if (policy_.principals.empty()) add_anyone();
    const auto rules_before = static_cast<std::ptrdiff_t>(policy_.rules.size());
    TableReader table(document, findings_);
    for (const TomlValue& principal : table.tables("principal")) read_principal(principal);
    for (const TomlValue& rule : table.tables("allow")) read_rule(rule, true);
    for (const TomlValue& rule : table.tables("deny")) read_rule(rule, false);
    table.finish();
    std::ranges::stable_sort(policy_.rules.begin() + rules_before, policy_.rules.end(), {},
                             &Rule::line);
    resolve_members();
  }

 private:
  void add_anyone() {
    Principal anyone;
    anyone.name = anyone_principal;
    anyone.is_anyone = true;
    policy_.principals = {anyone};
    sources_ = {PrincipalSource{}};
  }

  std::optional<std::size_t> find_principal(std::string_view name) const {
    const auto found = std::ranges::find(policy_.principals, name, &Principal::name);
    if (found == policy_.principals.end()) return std::nullopt;
    return static_cast<std::size_t>(found - policy_.principals.begin());
  }

  void read_principal(const TomlValue& value) {
    TableReader table(value, findings_);
    Principal principal;
    principal.name = table.text("name");
    if (!is_name(principal.name)) table.error("name", "must be a name, a-z then a-z 0-9 _ - .");
    if (const auto other = find_principal(principal.name)) refuse_second(table, *other);
    const std::vector<std::string> users = table.texts("user");
    const std::vector<std::string> groups = table.texts("group");
    const TomlValue* uids = table.find("uid");
    sources_.push_back({findings_.file(), table.line(), groups});
    for (const std::string& user : users) add_user(table, user, principal);
    for (const std::string& group : groups) add_group(table, group, principal);
    if (uids != nullptr) add_uids(table, *uids, principal);
    add_keys(table, principal);
    const bool has_uids = uids != nullptr && !elements(*uids).empty();
    if (users.empty() && groups.empty() && !has_uids && principal.keys.empty()) {
      findings_.error(table.line(),
                      "principal '" + principal.name + "' names no user, group, uid or key");
    }
    table.finish();
    policy_.principals.push_back(std::move(principal));
  }

  void refuse_second(TableReader& table, std::size_t principal) {
    const PrincipalSource& other = sources_[principal];
    table.error("name", other.line == 0 ? "is taken: it is everybody"
                                        : "is taken by another principal, at " + other.file + ":" +
                                              std::to_string(other.line));
  }

  void add_user(TableReader& table, const std::string& name, Principal& principal) {
    const auto user = users_.user(name);
    if (!user) return table.error("user", user.error().detail);
    if (!*user) return table.warn("user", "names '" + name + "', unknown here: matches nobody");
    if (is_nobody((*user)->uid)) return table.error("user", "names '" + name + "', who is nobody");
    principal.uids.push_back((*user)->uid);
  }

  void add_group(TableReader& table, const std::string& name, Principal& principal) {
    const auto group = users_.group(name);
    if (!group) return table.error("group", group.error().detail);
    if (!*group) return table.warn("group", "names '" + name + "', unknown here: matches nobody");
    if (is_nobody(**group)) return table.error("group", "names '" + name + "', which is nobody's");
    principal.gids.push_back(**group);
  }

  void add_uids(TableReader& table, const TomlValue& value, Principal& principal) {
    for (const TomlValue& item : elements(value)) {
      if (item.kind != TomlValue::Kind::integer || item.integer < 0 ||
          item.integer > static_cast<uid_t>(-1) || is_nobody(static_cast<uid_t>(item.integer))) {
        return table.error("uid", "must be from 0 to 4294967294, and not 65534 (nobody)");
      }
      principal.uids.push_back(static_cast<uid_t>(item.integer));
    }
  }

  void add_keys(TableReader& table, Principal& principal) {
    principal.keys = table.texts("key");
    for (const std::string& key : principal.keys) {
      if (!is_name(key)) {
        table.error("key", "names '" + key + "', which is not a name");
      } else if (std::ranges::none_of(
                     known_keys_, [&](const DeclaredKey& each) { return each.record.id == key; })) {
        table.warn("key", "names '" + key + "', of whom keys.d has no record: matches nobody");
      }
    }
  }

  void read_rule(const TomlValue& value, bool allow) {
    TableReader table(value, findings_);
    Rule rule;
    rule.allow = allow;
    rule.file = findings_.file();
    rule.line = value.line;
    for (const std::string& name : table.texts_required("who")) {
      const auto principal = find_principal(name);
      if (!principal) table.error("who", "names '" + name + "', which is no principal");
      rule.who.push_back(principal.value_or(0));
    }
    rule.modules = table.texts_required("module");
    rule.actions = table.texts_required("action");
    for (const std::string& module : rule.modules) {
      if (!is_name(module)) table.error("module", "names '" + module + "', which is not a name");
    }
    for (const std::string& action : rule.actions) {
      if (action == "*" || is_name(action)) continue;
      table.error("action", "names '" + action + "', which is neither a name nor \"*\"");
    }
    for (const TomlValue& condition : table.members("where")) {
      rule.where.push_back(read_condition(condition));
    }
    if (allow) {
      rule.jobs = read_scope(table);
      rule.rate = read_rate(table);
    }
    table.finish();
    policy_.rules.push_back(std::move(rule));
  }

  Condition read_condition(const TomlValue& value) {
    Condition condition{value.key, {}, {}};
    const std::string where = "'where' of '" + value.key + "' ";
    if (!is_name(value.key) || is_reserved_name(value.key)) {
      findings_.error(value.line, where + "is not an argument's name");
    }
    for (const TomlValue& item : elements(value)) {
      const auto range = parse_range(item);
      if (range) condition.ranges.push_back(*range);
      if (is_exact_text(item)) {
        condition.texts.push_back(item.text);
      } else if (!range) {
        findings_.error(
            item.line,
            where + "must be \"1..9\", a number, a text without \"..\", or a list of them");
      }
    }
    if (elements(value).empty()) findings_.error(value.line, where + "must not be empty");
    return condition;
  }

  JobScope read_scope(TableReader& table) {
    const auto scope = find_word<JobScope>(table.text("jobs", "own"));
    if (!scope) table.error("jobs", "must be " + all_words<JobScope>());
    return scope.value_or(JobScope::own);
  }

  Rate read_rate(TableReader& table) {
    const TomlValue* value = table.find("rate");
    if (value == nullptr) return {};
    const auto rate = value->kind == TomlValue::Kind::text ? parse_rate(value->text) : std::nullopt;
    if (!rate) table.error("rate", "must be 1 to 1000000 a s, min, h or d, such as \"30/min\"");
    return rate.value_or(Rate{});
  }

  // Only for principals that a deny names: going through all users can be slow.
  void resolve_members() {
    for (const Rule& rule : policy_.rules) {
      for (const std::size_t who : rule.who) {
        if (rule.allow) continue;
        for (const std::string& group : std::exchange(sources_[who].groups, {})) {
          const auto members = users_.members_of(group);
          if (!members) return findings_.error(rule.line, members.error().detail);
          auto& uids = policy_.principals[who].member_uids;
          uids.insert(uids.end(), members->begin(), members->end());
        }
      }
    }
  }

  UserDatabase& users_;
  Findings& findings_;
  Policy& policy_;
  std::vector<PrincipalSource>& sources_;  // beside policy_.principals
  const std::vector<DeclaredKey>& known_keys_;
};

}  // namespace

Result<void> parse_policy(const SourceText& source, UserDatabase& users, Configuration& into) {
  Findings findings(source.file, into.warnings);
  PolicyParser(users, findings, into).read(parse_toml(source.text, findings));
  return findings.result();
}

}  // namespace mgr
