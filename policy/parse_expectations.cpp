// mgrctl, with the caller's own uid; distrusts the typing of the file's author: what is not
// understood is an error, because an expectation half understood holds for the wrong reason.
#include <algorithm>

#include "policy/expectations.h"
#include "policy/table_reader.h"
#include "policy/type_name.h"
#include "protocol/text.h"

namespace mgr {
namespace {

std::optional<std::string> element_text(const TomlValue& value) {
  if (value.kind == TomlValue::Kind::text) return value.text;
  if (value.kind == TomlValue::Kind::integer) return std::to_string(value.integer);
  if (value.kind == TomlValue::Kind::boolean) return value.integer != 0 ? "yes" : "no";
  return std::nullopt;
}

class ExpectationParser {
 public:
  ExpectationParser(const TomlValue& value, Findings& findings)
      : table_(value, findings), findings_(findings) {}

  Expectation read() {
    expectation_.file = findings_.file();
    expectation_.line = table_.line();
    read_who();
    expectation_.module = table_.text("module");
    expectation_.action = table_.text("action");
    if (expectation_.module.empty()) table_.error("module", "is missing");
    if (expectation_.action.empty()) table_.error("action", "is missing");
    for (const TomlValue& argument : table_.members("arguments")) read_argument(argument);
    const auto decision = find_word<Verdict>(table_.text("decision"));
    if (!decision) table_.error("decision", "must be " + all_words<Verdict>());
    expectation_.decision = decision.value_or(Verdict::deny);
    expectation_.rule = table_.text("rule");
    if (table_.find("rule") != nullptr && expectation_.rule.empty()) {
      table_.error("rule", "must be the end of a rule's place");
    }
    expectation_.note = table_.text("note");
    table_.finish();
    return std::move(expectation_);
  }

 private:
  void read_who() {
    int ways = 0;
    if (const TomlValue* as = table_.find("as")) {
      expectation_.as = element_text(*as);
      if (!expectation_.as) table_.error("as", "must be a user's name or uid");
      ++ways;
    }
    if (table_.find("key") != nullptr) {
      expectation_.key = table_.text("key");
      ++ways;
    }
    if (table_.find("principal") != nullptr) {
      expectation_.principal = table_.text("principal");
      ++ways;
    }
    if (table_.find("uid") != nullptr) {
      expectation_.uid = static_cast<uid_t>(table_.integer("uid", 0, UINT32_MAX, 0));
      ++ways;
    }
    expectation_.network = table_.boolean("network", false);
    if (expectation_.network) ++ways;
    if (ways != 1) {
      findings_.error(table_.line(),
                      "who asks is one of 'as', 'uid', 'key', 'principal' and 'network'");
    }
    read_groups();
  }

  void read_groups() {
    const TomlValue* groups = table_.find("groups");
    if (groups == nullptr) return;
    if (!expectation_.uid) table_.error("groups", "goes with 'uid'");
    for (const TomlValue& group : elements(*groups)) {
      const auto text = element_text(group);
      if (!text || group.kind == TomlValue::Kind::boolean) {
        table_.error("groups", "must be names or numbers of groups");
      }
      expectation_.groups.push_back(text.value_or(""));
    }
  }

  // As a client would write it: a list has commas between its elements.
  void read_argument(const TomlValue& argument) {
    Field field{argument.key, ""};
    const bool is_list = argument.kind == TomlValue::Kind::list;
    if (is_list && argument.children.empty()) {
      findings_.error(argument.line, "the argument '" + argument.key + "' must not be empty");
    }
    for (const TomlValue& element : elements(argument)) {
      const auto text = element_text(element);
      if (!text || (is_list && text->find(',') != text->npos)) {
        findings_.error(argument.line,
                        "the argument '" + argument.key +
                            "' must be a text, an integer, a boolean or a list of them, of which "
                            "none holds a comma");
        break;
      }
      field.value += (&element == elements(argument).data() ? "" : ",") + *text;
    }
    expectation_.arguments.push_back(std::move(field));
  }

  TableReader table_;
  Findings& findings_;
  Expectation expectation_;
};

}  // namespace

Result<std::vector<Expectation>> parse_expectations(const SourceText& source) {
  std::vector<std::string> warnings;
  Findings findings(source.file, warnings);
  const TomlValue document = parse_toml(source.text, findings);
  std::vector<Expectation> expectations;
  TableReader table(document, findings);
  for (const TomlValue& expectation : table.tables("expect")) {
    expectations.push_back(ExpectationParser(expectation, findings).read());
  }
  table.finish();
  if (expectations.empty()) findings.error(1, "there is no [[expect]]");
  if (auto good = findings.result(); !good) return tl::unexpected(good.error());
  return expectations;
}

}  // namespace mgr
