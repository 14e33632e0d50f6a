// What a decision costs under policies of 10, 1,000 and 10,000 rules, the latter two about 1,000
// actions. Each request is one that some rule is about, drawn beforehand, in an order that no cache
// could guess: so more rules are about other things and other people, as in a policy that has
// grown.
//
// Rule n is about action n mod 1,000 and principal n mod 11; one in twenty denies; half have a
// condition. Of many rules about one action and one principal, those whose condition does not hold
// are read one by one: that cost grows with them, and no index can know which will hold.
#include <benchmark/benchmark.h>

#include <random>

#include "policy/decide.h"

namespace {

using namespace mgr;

constexpr unsigned actions_of_a_module = 20;
constexpr unsigned most_actions = 1000;
constexpr unsigned principals = 11;
constexpr unsigned questions = 4096;

std::string module_name(unsigned action) {
  return "module-" + std::to_string(action / actions_of_a_module);
}
std::string action_name(unsigned action) { return "action-" + std::to_string(action); }

// Each is a user, a group and the members of that group.
Policy policy_of(unsigned rules) {
  Policy policy;
  policy.principals.resize(1 + principals);
  policy.principals[0].name = anyone_principal;
  policy.principals[0].is_anyone = true;
  for (unsigned i = 1; i <= principals; ++i) {
    Principal& principal = policy.principals[i];
    principal.name = "principal-" + std::to_string(i);
    principal.uids = {1000 + i};
    principal.gids = {2000 + i};
    principal.member_uids = {1000 + i, 1100 + i};
  }
  for (unsigned i = 0; i < rules; ++i) {
    Rule rule;
    rule.allow = i % 20 != 7;
    rule.who = {1 + i % principals};
    rule.modules = {module_name(i % most_actions)};
    rule.actions = {action_name(i % most_actions)};
    if (i % 2 == 0) rule.where = {{"number", {{1, 500}, {600, 900}}}};
    rule.file = "/etc/mgr/policy.toml";
    rule.line = i + 1;
    policy.rules.push_back(std::move(rule));
  }
  return policy;
}

struct Question {
  Subject subject;
  std::string module, action;
  ArgumentValues arguments;
};

// The user, or one in the group, of the rule's principal, with four groups.
Question question_about(const Rule& rule, std::mt19937& engine) {
  const auto principal = static_cast<unsigned>(rule.who[0]);
  const bool by_group = engine() % 2 == 0;
  Question question;
  question.subject.uid = by_group ? 3000 : 1000 + principal;
  question.subject.gids = {100, by_group ? 2000 + principal : 99, 101, 102};
  question.module = rule.modules[0];
  question.action = rule.actions[0];
  question.arguments = {{"name", {std::string("example.org")}},
                        {"number", {static_cast<std::int64_t>(1 + engine() % 1000)}}};
  return question;
}

std::vector<Question> draw_questions(const Policy& policy) {
  std::mt19937 engine(1);
  std::vector<Question> drawn;
  for (unsigned i = 0; i < questions; ++i) {
    drawn.push_back(question_about(policy.rules[engine() % policy.rules.size()], engine));
  }
  return drawn;
}

void decide(benchmark::State& state) {
  const Decider decider(policy_of(static_cast<unsigned>(state.range(0))));
  const std::vector<Question> drawn = draw_questions(decider.policy());
  std::size_t next = 0, allowed = 0;
  for (auto _ : state) {
    const Question& question = drawn[next++ % questions];
    const auto decision =
        decider.decide(question.subject, question.module, question.action, question.arguments);
    allowed += decision.has_value() ? 1U : 0U;
  }
  state.counters["allowed"] =
      benchmark::Counter(static_cast<double>(allowed), benchmark::Counter::kAvgIterations);
}
BENCHMARK(decide)->Arg(10)->Arg(1000)->Arg(10000);

}  // namespace

BENCHMARK_MAIN();
