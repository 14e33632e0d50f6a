// Promise 2, as a property: whatever is given for an argument of whatever type, the command's argv
// is the one that is predicted here without the code that makes it, or there is none.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "modules/command.h"
#include "tests/unit/argument_oracle.h"

namespace mgr {
namespace {

using namespace std::string_literals;
using Texts = std::vector<std::string>;
constexpr int values_a_type = 10000;

// What attacks are made of.
const Texts fragments{"-",
                      "--",
                      "-oProxyCommand=x",
                      "=",
                      " ",
                      "  ",
                      ",",
                      ",,",
                      "/",
                      "//",
                      "/./",
                      "/../",
                      "..",
                      ".",
                      "../../etc/shadow",
                      "/etc/shadow",
                      "~",
                      "*",
                      "?",
                      "[a]",
                      "$(id)",
                      "`id`",
                      ";id",
                      "|id",
                      "&&id",
                      ">x",
                      "'",
                      "\"",
                      "\\",
                      "\\x2d",
                      "%s",
                      "%00",
                      "{value}",
                      "{other}",
                      "{value...}",
                      "{",
                      "}",
                      "\n",
                      "\r\n",
                      "\t",
                      "\0"s,
                      "\0x"s,
                      "\x1b[2J",
                      "\x7f",
                      "\xff",
                      "\xc0\xaf",
                      "\xed\xa0\x80",
                      "\xc2\x85",
                      "\xe2\x80\xae",
                      "\xe2\x80\xa8",
                      "\xd9\xa1",
                      "\xef\xbc\x91",
                      "\xd0\xb0",
                      "\xe3\x80\x82",
                      "\xef\xbc\x8f",
                      "\xcc\x81",
                      "0",
                      "00",
                      "1",
                      "+1",
                      "0x",
                      "-1",
                      "-0",
                      "65536",
                      "4294967295",
                      "9223372036854775807",
                      "e3",
                      "1.5",
                      "@",
                      "@@",
                      ":",
                      "::",
                      "%eth0",
                      "/0",
                      "/32",
                      "/129",
                      "a",
                      "A",
                      "_",
                      "#0"};

Texts good_values(TypeKind kind) {
  switch (kind) {
    case TypeKind::integer:
      return {"0", "7", "-7", "9223372036854775807", "-9223372036854775808"};
    case TypeKind::boolean:
      return {"yes", "no"};
    case TypeKind::enumeration:
      return {"fast", "full", "a b"};
    case TypeKind::string:
    case TypeKind::secret:
    case TypeKind::blob:
      return {"a", "some text", "K\xc3\xb6ln"};
    case TypeKind::hostname:
      return {"a", "www.example.org", "xn--a.b", std::string(63, 'a')};
    case TypeKind::ip:
      return {"192.0.2.1", "0.0.0.0", "::", "2001:db8::1", "::ffff:192.0.2.1", "1:2:3:4:5:6:7:8"};
    case TypeKind::cidr:
      return {"10.0.0.0/8", "0.0.0.0/0", "192.0.2.1/32", "2001:db8::/32", "::/0"};
    case TypeKind::port:
      return {"1", "80", "65535"};
    case TypeKind::mac:
      return {"00:11:22:33:44:55", "Aa:bB:cc:dd:ee:ff"};
    case TypeKind::username:
      return {"root", "www-data", "_a", std::string(32, 'a')};
    case TypeKind::unit:
      return {"ssh.service", "getty@tty1.service", "a\\x2db.mount"};
    case TypeKind::duration:
      return {"0s", "500ms", "10m", "999999999d"};
    case TypeKind::path:
      return {"/srv/www/a", "/srv/www", "/var/log/a/b", "/srv/a,b", "/var/log/..a"};
  }
  return {};
}

class Values {
 public:
  Values(const ArgumentType& type, unsigned seed)
      : good_(good_values(type.kind)), is_list_(type.is_list), engine_(seed) {}

  std::string next() {
    std::string value = pick(good_);
    if (is_list_) {
      for (std::size_t more = below(4); more > 0; --more) value += ',' + pick(good_);
      if (below(50) == 0) value = many(pick(good_), 63 + below(3));
    }
    for (std::size_t changes = below(4); changes > 0; --changes) change(value);
    if (below(40) == 0) value.resize(below(2) == 0 ? 4096 : 4097, value.empty() ? 'a' : value[0]);
    return value;
  }

 private:
  std::size_t below(std::size_t limit) { return engine_() % limit; }
  const std::string& pick(const Texts& texts) { return texts[below(texts.size())]; }

  static std::string many(const std::string& text, std::size_t times) {
    std::string all = text;
    for (; times > 1; --times) all += ',' + text;
    return all;
  }

  void change(std::string& value) {
    const std::size_t at = below(value.size() + 1);
    switch (below(6)) {
      case 0:
        value.insert(at, pick(fragments));
        break;
      case 1:
        value.insert(0, pick(fragments));
        break;
      case 2:
        value += pick(fragments);
        break;
      case 3:
        value.erase(at, 1 + below(3));
        break;
      case 4:
        if (at < value.size()) value[at] = static_cast<char>(below(256));
        break;
      default:
        value.insert(at, value.substr(0, at));
    }
  }

  const Texts good_;
  const bool is_list_;
  std::mt19937 engine_;
};

ArgumentType type_of(TypeKind kind, bool is_list) {
  ArgumentType type{kind, is_list};
  if (kind == TypeKind::enumeration) type.choices = {"fast", "full", "a b"};
  if (kind == TypeKind::unit) type.choices = {"service", "timer", "device"};
  type.roots = {"/srv/www", "/srv", "/var/log"};
  type.path_kind = PathKind::any;
  return type;
}

// What must come of it, by another road than expand_command.
struct Prediction {
  Texts argv{"/bin/command", "-x"};
  Texts paths;  // root + '|' + beneath
  std::string input;
};

// The elements as the command gets them: paths are opened one after the other.
Texts shown(const ArgumentType& type, Texts elements, Texts& paths) {
  if (type.kind != TypeKind::path) return elements;
  for (std::string& element : elements) {
    const bool in_www = element == "/srv/www" || element.compare(0, 9, "/srv/www/") == 0;
    const std::string root = in_www ? "/srv/www" : element[1] == 's' ? "/srv" : "/var/log";
    const bool is_root = element.size() == root.size();
    paths.push_back(root + '|' + (is_root ? "" : element.substr(root.size() + 1)));
    element = "/proc/self/fd/" + std::to_string(9 + paths.size());
  }
  return elements;
}

std::string whole(const Texts& elements) {
  std::string text;
  for (const std::string& element : elements) text += (text.empty() ? "" : ",") + element;
  return text;
}

// `twice`: the optional argument has the same value.
Prediction predict(const ArgumentType& type, const Texts& elements, bool twice) {
  Prediction predicted;
  if (type.kind == TypeKind::secret) {
    predicted.input = elements[0] + "\n" + (twice ? elements[0] : "") + "\n";
    return predicted;
  }
  const Texts value = shown(type, elements, predicted.paths);
  const Texts maybe = twice ? shown(type, elements, predicted.paths) : Texts{};
  predicted.argv.push_back("--value=" + whole(value) + ";other{value");
  if (twice) predicted.argv.push_back(whole(maybe));
  predicted.argv.push_back(whole(value));
  if (!type.is_list) return predicted;
  predicted.argv.insert(predicted.argv.end(), maybe.begin(), maybe.end());
  predicted.argv.insert(predicted.argv.end(), value.begin(), value.end());
  return predicted;
}

RunSettings command_for(const ArgumentType& type) {
  RunSettings run;
  run.argv = {"/bin/command", "-x"};
  if (type.kind == TypeKind::secret || type.kind == TypeKind::blob) return run;
  run.argv.emplace_back("--value={value};{other}{value");
  run.argv.emplace_back("{maybe}");
  run.argv.emplace_back("{value}");
  if (!type.is_list) return run;
  run.argv.emplace_back("{maybe...}");
  run.argv.emplace_back("{value...}");
  return run;
}

Texts opened(const JobPlan& plan) {
  Texts texts;
  for (const PathToOpen& path : plan.run.paths) texts.push_back(path.root + '|' + path.beneath);
  return texts;
}

void expect_predicted(const ArgumentType& type, const std::string& value, const Texts& elements,
                      const ArgumentValues& values, const std::vector<Argument>& declared) {
  const auto plan = plan_job("", command_for(type), declared, values);
  ASSERT_TRUE(plan) << plan.error().detail;
  const bool twice = values.size() == 3;
  const Prediction predicted = predict(type, elements, twice);
  ASSERT_EQ(plan->run.argv, predicted.argv) << value;
  ASSERT_EQ(opened(*plan), predicted.paths) << value;
  ASSERT_EQ(plan->input, predicted.input);
  // The record has the text as it came, or, of a secret, nothing.
  ASSERT_EQ(plan->arguments.size(), type.kind == TypeKind::secret ? 1U : values.size());
  if (type.kind != TypeKind::secret) {
    ASSERT_EQ(plan->arguments[0].value, value);
  }
}

// How many of 10,000 values were taken.
int try_values(const ArgumentType& type, unsigned seed) {
  const std::vector<Argument> declared{{"value", type, true, ""},
                                       {"other", {TypeKind::string}, true, ""},
                                       {"maybe", type, false, ""}};
  Values random(type, seed);
  int taken = 0;
  for (int i = 0; i < values_a_type; ++i) {
    const std::string value = random.next();
    std::vector<FieldView> given{{"value", value}, {"other", "other"}};
    if (i % 2 == 0) given.push_back({"maybe", value});
    const auto values = check_arguments(declared, given);
    const auto elements = elements_of(type, value);
    EXPECT_EQ(values.has_value(), elements.has_value())
        << type_name(type) << ": " << testing::PrintToString(value);
    if (values.has_value() != elements.has_value()) return taken;
    if (!values) continue;
    ++taken;
    expect_predicted(type, value, *elements, *values, declared);
    if (testing::Test::HasFatalFailure()) return taken;
  }
  return taken;
}

TEST(Argv, IsTheOnePredictedWhateverIsGiven) {
  for (int kind = 0; kind <= static_cast<int>(TypeKind::last_value); ++kind) {
    for (const bool is_list : {false, true}) {
      const ArgumentType type = type_of(static_cast<TypeKind>(kind), is_list);
      if (is_list && (type.kind == TypeKind::secret || type.kind == TypeKind::blob)) continue;
      const int taken = try_values(type, static_cast<unsigned>(kind) + 1);
      if (HasFailure()) return;
      if (type.kind == TypeKind::blob) {
        EXPECT_EQ(taken, 0);
      } else {  // both outcomes were really tried
        EXPECT_GT(taken, values_a_type / 10) << type_name(type);
        EXPECT_LT(taken, values_a_type * 9 / 10) << type_name(type);
      }
    }
  }
}

TEST(Argv, ABodyIsInputWhateverItHolds) {
  const ArgumentType blob{TypeKind::blob};
  Values random(blob, 1);
  for (int i = 0; i < values_a_type; ++i) {
    const std::string body = random.next();
    const auto plan = plan_job("", command_for(blob), {{"value", blob, true, ""}}, {}, body);
    ASSERT_TRUE(plan);
    ASSERT_EQ(plan->run.argv, (Texts{"/bin/command", "-x"}));
    ASSERT_EQ(plan->run.input, InputKind::body);
    ASSERT_EQ(plan->input, body);
    ASSERT_TRUE(plan->arguments.empty());
  }
}

}  // namespace
}  // namespace mgr
