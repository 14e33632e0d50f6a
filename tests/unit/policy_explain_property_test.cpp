// Random policies and requests: what explain names against reading the rules from top to bottom,
// and the lines that it says would grant against the parser and the decision.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "policy/explain.h"
#include "policy/lint/names.h"
#include "policy/parse.h"
#include "policy_fake_users.h"

namespace mgr {
namespace {

class Chance {
 public:
  explicit Chance(unsigned seed) : engine_(seed) {}
  unsigned below(unsigned limit) { return static_cast<unsigned>(engine_() % limit); }
  bool one_in(unsigned limit) { return below(limit) == 0; }

 private:
  std::mt19937 engine_;
};

std::string pick(Chance& chance, std::initializer_list<const char*> words) {
  return words.begin()[chance.below(static_cast<unsigned>(words.size()))];
}

// Each has an optional argument that is a number, a list of numbers, a text or a list of texts, so
// that conditions meet what they can measure and what they cannot.
KnownAction random_action(Chance& chance, const char* name) {
  KnownAction action;
  action.name = name;
  action.min_proof = chance.one_in(10)  ? Proof::signature
                     : chance.one_in(4) ? Proof::none
                                        : Proof::kernel;
  for (const char* argument : {"a", "b.c"}) {
    ArgumentType type{chance.one_in(2) ? TypeKind::integer : TypeKind::string};
    type.is_list = chance.one_in(2);
    type.listed = chance.one_in(4);
    action.arguments.push_back({argument, type, chance.one_in(8), ""});
  }
  if (chance.one_in(4)) action.arguments.push_back({"word", {TypeKind::secret}, true, ""});
  return action;
}

Principal random_principal(Chance& chance, std::size_t number) {
  Principal principal;
  principal.name = number == 5 ? "user3" : "p" + std::to_string(number);
  for (unsigned i = chance.below(3); i > 0; --i) principal.uids.push_back(chance.below(6));
  for (unsigned i = chance.below(2); i > 0; --i) principal.gids.push_back(chance.below(6));
  for (unsigned i = chance.below(2); i > 0; --i) principal.member_uids.push_back(chance.below(6));
  for (unsigned i = chance.below(3); i > 0; --i) {
    principal.keys.push_back("k" + std::to_string(chance.below(6)));
  }
  return principal;
}

Condition random_condition(Chance& chance) {
  Condition condition{pick(chance, {"a", "b.c"}), {}, {}};
  const std::int64_t least = chance.below(5);
  if (!chance.one_in(3)) condition.ranges = {{least, least + chance.below(3)}, {9, 9}};
  if (condition.ranges.empty() || chance.one_in(3)) {
    for (unsigned i = 1 + chance.below(2); i > 0; --i) {
      condition.texts.push_back(pick(chance, {"x", "y", "3", "\xc3\xa9\"\\"}));
    }
  }
  return condition;
}

Rule random_rule(Chance& chance, std::size_t principals) {
  Rule rule;
  rule.allow = !chance.one_in(4);
  for (unsigned i = 1 + chance.below(2); i > 0; --i) {
    rule.who.push_back(chance.below(static_cast<unsigned>(principals)));
    rule.modules.push_back(pick(chance, {"scan", "mgr", "dns"}));
    rule.actions.push_back(pick(chance, {"start", "stop", "*"}));
  }
  for (unsigned i = chance.below(3); i > 0; --i) rule.where.push_back(random_condition(chance));
  return rule;
}

PolicyReview random_review(Chance& chance) {
  PolicyReview review;
  review.policy.principals = {{anyone_principal, {}, {}, {}, true}};
  for (std::size_t i = 1; i < 6; ++i) {
    review.policy.principals.push_back(random_principal(chance, i));
  }
  for (const char* file : {"policy.toml", "rules.d/a.toml", "rules.d/b.toml"}) {
    const unsigned count = chance.below(6);
    for (unsigned line = 1; line <= count; ++line) {
      Rule rule = random_rule(chance, review.policy.principals.size());
      rule.file = file;
      rule.line = line;
      review.policy.rules.push_back(std::move(rule));
    }
  }
  for (const char* name : {"scan", "mgr", "dns"}) {
    KnownModule module;
    module.name = name;
    for (const char* action : {"start", "stop", "list"}) {
      module.actions.push_back(random_action(chance, action));
    }
    review.known.push_back(std::move(module));
  }
  return review;
}

std::string random_value(Chance& chance, const ArgumentType& type) {
  std::string value;
  for (unsigned i = type.is_list ? 1 + chance.below(2) : 1; i > 0; --i) {
    if (!value.empty()) value += ',';
    const bool number = chance.one_in(12) != is_number(type.kind);
    value += number ? std::to_string(chance.below(8))
                    : pick(chance, {"x", "y", "3", "\xc3\xa9\"\\", "1..3"});
  }
  return value;
}

Question random_question(Chance& chance, const PolicyReview& review) {
  Question question;
  if (!chance.one_in(8)) {
    question.caller.subject.uid = chance.one_in(8) ? 65534 : chance.below(8);
    if (chance.one_in(2)) {
      question.caller.user = "user" + std::to_string(*question.caller.subject.uid);
    }
  }
  for (unsigned i = chance.below(3); i > 0; --i) {
    question.caller.subject.gids.push_back(chance.one_in(8) ? 65534 : chance.below(6));
  }
  if (chance.one_in(3)) {
    question.caller = Grantee();
    question.caller.subject.key = "k" + std::to_string(chance.below(8));
  }
  const KnownModule& module = review.known[chance.below(3)];
  const KnownAction& action = module.actions[chance.below(3)];
  question.module = chance.one_in(20) ? "mail" : module.name;
  question.action = chance.one_in(20) ? "send" : action.name;
  for (const Argument& argument : action.arguments) {
    if (argument.type.kind == TypeKind::secret || chance.one_in(3)) continue;
    question.arguments.push_back({argument.name, random_value(chance, argument.type)});
  }
  return question;
}

// ---- The oracle: rules read from top to bottom, and nothing of the engine's.

template <typename T>
bool has(const std::vector<T>& values, const T& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

bool is_principal(const Principal& principal, const Subject& subject, bool by_entry_too) {
  if (principal.is_anyone) return true;
  if (!subject.key.empty()) return has(principal.keys, subject.key);
  if (!subject.uid || *subject.uid == 65534) return false;
  if (has(principal.uids, *subject.uid)) return true;
  if (by_entry_too && has(principal.member_uids, *subject.uid)) return true;
  for (const gid_t gid : subject.gids) {
    if (gid != 65534 && has(principal.gids, gid)) return true;
  }
  return false;
}

bool is_inside(const Condition& condition, bool allow, const Scalar& item) {
  if (const auto* number = std::get_if<std::int64_t>(&item)) {
    if (condition.ranges.empty()) return !allow;
    for (const IntegerRange& range : condition.ranges) {
      if (*number >= range.least && *number <= range.most) return true;
    }
    return false;
  }
  if (condition.texts.empty()) return !allow;
  return has(condition.texts, std::get<std::string>(item));
}

bool condition_holds(const Condition& condition, bool allow, const ArgumentValues& arguments) {
  for (const ArgumentValue& value : arguments) {
    if (value.name != condition.argument) continue;
    std::size_t inside = 0;
    for (const Scalar& item : value.items) inside += is_inside(condition, allow, item) ? 1U : 0U;
    return allow ? inside == value.items.size() : inside > 0;
  }
  return false;
}

const Rule* first_applying(const Policy& policy, bool allow, const Question& question,
                           const ArgumentValues& arguments) {
  for (const Rule& rule : policy.rules) {
    if (rule.allow != allow || !has(rule.modules, question.module)) continue;
    if (!has(rule.actions, question.action) && !has(rule.actions, std::string("*"))) continue;
    const bool who = std::ranges::any_of(rule.who, [&](std::size_t principal) {
      return is_principal(policy.principals[principal], question.caller.subject, !allow);
    });
    const bool where = std::ranges::all_of(rule.where, [&](const Condition& condition) {
      return condition_holds(condition, allow, arguments);
    });
    if (who && where) return &rule;
  }
  return nullptr;
}

// Nothing where the request is refused before any rule is looked at.
std::optional<ArgumentValues> typed(const PolicyReview& review, const Question& question) {
  for (const KnownModule& module : review.known) {
    for (const KnownAction& action : module.actions) {
      if (module.name != question.module || action.name != question.action) continue;
      std::vector<Argument> declared = action.arguments;
      std::erase_if(declared, [](const auto& one) { return one.type.kind == TypeKind::secret; });
      std::vector<FieldView> fields;
      for (const Field& field : question.arguments) fields.push_back({field.name, field.value});
      auto values = check_arguments(declared, fields);
      if (values) return std::move(*values);
    }
  }
  return std::nullopt;
}

Proof proof_wanted(const PolicyReview& review, const Question& question) {
  return find_action(*find_module(review.known, question.module), question.action)->min_proof;
}

// Whether a rule can say the values of those that it has to list.
bool can_be_listed(const PolicyReview& review, const Question& question) {
  const KnownAction& action =
      *find_action(*find_module(review.known, question.module), question.action);
  return std::ranges::all_of(action.arguments, [&](const Argument& argument) {
    const auto field = std::ranges::find(question.arguments, argument.name, &Field::name);
    return !argument.type.listed ||
           (field != question.arguments.end() && field->value.find("..") == std::string::npos);
  });
}

// ---- The lines, as whoever takes them over has them read.

FakeUsers users() {
  FakeUsers users;
  for (uid_t uid = 0; uid < 8; ++uid) users.users["user" + std::to_string(uid)] = {uid, 4242};
  return users;
}

testing::AssertionResult grants(const PolicyReview& review, const Question& question,
                                const std::string& lines, const ArgumentValues& arguments) {
  Configuration configuration;
  configuration.policy = review.policy;
  configuration.principal_sources.resize(review.policy.principals.size());
  for (unsigned i = 0; i < 8; ++i) {
    configuration.keys.emplace_back().record.id = "k" + std::to_string(i);
  }
  FakeUsers database = users();
  const auto parsed = parse_policy({"rules.d/new.toml", lines}, database, configuration);
  if (!parsed) return testing::AssertionFailure() << parsed.error().detail << "\n" << lines;
  if (!configuration.warnings.empty()) {
    return testing::AssertionFailure() << configuration.warnings.front() << "\n" << lines;
  }
  Policy alone = configuration.policy;
  std::erase_if(alone.rules, [](const Rule& rule) { return rule.file != "rules.d/new.toml"; });
  if (const auto looked = lint_names(alone, review.known); !looked) {
    return testing::AssertionFailure() << looked.error().detail << "\n" << lines;
  }
  const Decider decider(configuration.policy);
  const auto decision =
      decider.decide(question.caller.subject, question.module, question.action, arguments);
  if (!decision || decision->rule().file != "rules.d/new.toml") {
    return testing::AssertionFailure() << "these lines do not grant it:\n" << lines;
  }
  return testing::AssertionSuccess();
}

class ExplainProperty : public testing::Test {
 protected:
  void check(const PolicyReview& review, const Explainer& explainer, const Question& question) {
    const Explanation explanation = explainer.explain(question);
    const auto arguments = typed(review, question);
    if (!arguments) {
      ++seen_["invalid"];
      ASSERT_EQ(explanation.verdict, Verdict::invalid);
      ASSERT_FALSE(explanation.grant);
      return;
    }
    const Policy& policy = explainer.policy();
    const Rule* const deny = first_applying(policy, false, question, *arguments);
    const Rule* const allow = first_applying(policy, true, question, *arguments);
    const Subject& subject = question.caller.subject;
    const Proof proof = !subject.key.empty()                   ? Proof::signature
                        : subject.uid && *subject.uid != 65534 ? Proof::kernel
                                                               : Proof::none;
    const bool proof_will_do = proof_wanted(review, question) <= proof;
    ASSERT_EQ(explanation.rule, deny != nullptr ? deny : allow);
    ASSERT_EQ(explanation.verdict, deny == nullptr && allow != nullptr && proof_will_do
                                       ? Verdict::allow
                                       : Verdict::deny);
    if (deny != nullptr) {
      ++seen_["deny"];
      ASSERT_FALSE(explanation.grant);
      ASSERT_EQ(explanation.denies.front(), deny);
      ASSERT_EQ(explanation.allow_beneath, allow);
      ASSERT_NE(explanation.no_grant.find(place_of(*deny)), std::string::npos);
    } else if (allow != nullptr) {
      ++seen_[proof_will_do ? "allow" : "weak"];
      ASSERT_FALSE(explanation.grant);
      ASSERT_EQ(explanation.lacks_proof, !proof_will_do);
    } else {
      const bool listed = can_be_listed(review, question);
      ASSERT_EQ(explanation.grant.has_value(), proof_will_do && listed);
      check_nearest(explanation);
      ++seen_[!proof_will_do ? "not to be granted" : listed ? "granted" : "not to be listed"];
      if (explanation.grant) {
        ++seen_[explanation.grant->lines.find("[[principal]]") != std::string::npos
                    ? "new principal"
                    : "old principal"];
        if (!subject.key.empty()) ++seen_["granted to a key"];
        ++seen_[explanation.grant->lines.find("where") != std::string::npos ? "where" : "no where"];
        ASSERT_TRUE(grants(review, question, explanation.grant->lines, *arguments));
      }
    }
  }

  static void check_nearest(const Explanation& explanation) {
    std::size_t before = 1;  // each misses by something, and the nearest come first
    for (const RuleReport& report : explanation.nearest) {
      ASSERT_TRUE(report.rule->allow);
      ASSERT_GE(report.mismatches.size(), before);
      before = report.mismatches.size();
    }
  }

  std::map<std::string, unsigned> seen_;
};

TEST_F(ExplainProperty, NamesTheRuleThatDecidedAndTheLinesThatGrantDoGrant) {
  for (unsigned seed = 0; seed < 1000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Chance chance(seed);
    const PolicyReview review = random_review(chance);
    const Explainer explainer(review);
    for (int i = 0; i < 10; ++i) {
      check(review, explainer, random_question(chance, review));
      if (HasFatalFailure()) return;
    }
  }
  for (const char* kind :
       {"invalid", "deny", "allow", "weak", "granted", "not to be granted", "not to be listed",
        "granted to a key", "new principal", "old principal", "where", "no where"}) {
    EXPECT_GT(seen_[kind], 100U) << kind << " was hardly tried";
  }
}

}  // namespace
}  // namespace mgr
