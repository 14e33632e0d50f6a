// Every grammar of argument.h, and the spellings that got past others.
#include <gtest/gtest.h>

#include "policy/argument.h"

namespace mgr {
namespace {

ArgumentType integer(std::int64_t least, std::int64_t most) {
  ArgumentType type{TypeKind::integer};
  type.least = least;
  type.most = most;
  return type;
}

ArgumentType enumeration(std::vector<std::string> choices) {
  ArgumentType type{TypeKind::enumeration};
  type.choices = std::move(choices);
  return type;
}

ArgumentType list_of(ArgumentType type) {
  type.is_list = true;
  return type;
}

// The canonical text of an accepted value, or "refused".
std::string accepted(const ArgumentType& type, std::string_view text) {
  const auto items = check_value(type, text);
  if (!items) {
    EXPECT_EQ(items.error().code, ErrorCode::invalid_argument);
    return "refused";
  }
  std::string joined;
  for (const Scalar& item : *items) joined += (joined.empty() ? "" : ",") + scalar_text(item);
  return joined;
}

TEST(PolicyArgument, TakesIntegersInCanonicalFormOnly) {
  const ArgumentType any{TypeKind::integer};
  for (const char* text :
       {"0", "7", "-7", "-1", "4294967295", "9223372036854775807", "-9223372036854775808"}) {
    EXPECT_EQ(accepted(any, text), text);
  }
  for (const char* text : {"",
                           "-",
                           "--1",
                           "+0",
                           "+1",
                           "#0",
                           "0x0",
                           "007",
                           "00",
                           "-0",
                           "-07",
                           "1 ",
                           " 1",
                           "1 2",
                           "1.0",
                           "1e3",
                           "9223372036854775808",
                           "1,2",
                           "one",
                           "1000000000000000000000000000000",
                           "0-1",
                           "\xd9\xa1"}) {
    EXPECT_EQ(accepted(any, text), "refused") << text;
  }
}

TEST(PolicyArgument, RefusesTheSpellingsOfAnUnsetUid) {  // CVE-2019-14287
  const ArgumentType uid = integer(0, 4294967294);
  for (const char* text : {"-1", "4294967295", "#0", "+0", "0x0", "#-1"}) {
    EXPECT_EQ(accepted(uid, text), "refused") << text;
  }
  EXPECT_EQ(accepted(uid, "4294967294"), "4294967294");
}

TEST(PolicyArgument, HoldsIntegersToTheirRange) {
  EXPECT_EQ(accepted(integer(1, 999), "1"), "1");
  EXPECT_EQ(accepted(integer(1, 999), "999"), "999");
  EXPECT_EQ(accepted(integer(1, 999), "0"), "refused");
  EXPECT_EQ(accepted(integer(1, 999), "1000"), "refused");
}

TEST(PolicyArgument, RefusesAValueThatWouldBecomeAnOption) {  // CVE-2023-22809
  const ArgumentType string{TypeKind::string};
  for (const char* text : {"-", "--", "-oProxyCommand=x", "-1"}) {
    EXPECT_EQ(accepted(string, text), "refused") << text;
    EXPECT_EQ(accepted(list_of(string), std::string("a,") + text), "refused") << text;
    EXPECT_EQ(accepted(enumeration({text}), text), "refused") << text;
  }
  EXPECT_EQ(accepted(string, "a-b"), "a-b");
}

TEST(PolicyArgument, KeepsShellTextAsItIs) {
  const ArgumentType string{TypeKind::string};
  for (const char* text : {"$(x)", "a;b", "`x`", "a\\", "a|b>c", "{name}", "a, b"}) {
    EXPECT_EQ(accepted(string, text), text);
  }
}

TEST(PolicyArgument, RefusesControlCharactersAndWhatIsNotUtf8) {
  const ArgumentType string{TypeKind::string};
  using namespace std::string_view_literals;
  for (const auto text : {"a\nb"sv, "a\0b"sv, "\x1b[m"sv, "a\x7f"sv, "\xff"sv, "\xc0\x80"sv}) {
    EXPECT_EQ(accepted(string, text), "refused");
  }
  EXPECT_EQ(accepted(string, "K\xc3\xb6ln"), "K\xc3\xb6ln");
}

TEST(PolicyArgument, HoldsStringsToTheirLengthAndRefusesEmptyOnes) {
  ArgumentType string{TypeKind::string};
  string.max_length = 3;
  EXPECT_EQ(accepted(string, "abc"), "abc");
  EXPECT_EQ(accepted(string, "abcd"), "refused");
  EXPECT_EQ(accepted(string, ""), "refused");
}

TEST(PolicyArgument, TakesBooleansAndChoicesExactly) {
  const ArgumentType boolean{TypeKind::boolean};
  EXPECT_EQ(accepted(boolean, "yes"), "yes");
  EXPECT_EQ(accepted(boolean, "no"), "no");
  for (const char* text : {"", "Yes", "true", "1", "yes ", "on"}) {
    EXPECT_EQ(accepted(boolean, text), "refused") << text;
  }
  const ArgumentType choice = enumeration({"fast", "full"});
  EXPECT_EQ(accepted(choice, "full"), "full");
  EXPECT_EQ(accepted(choice, "Full"), "refused");
  EXPECT_EQ(accepted(choice, "ful"), "refused");
  EXPECT_EQ(accepted(choice, "fast,full"), "refused");
}

TEST(PolicyArgument, RefusesEmptyListsAndEmptyElements) {
  const ArgumentType ids = list_of(integer(1, 9));
  EXPECT_EQ(accepted(ids, "1"), "1");
  EXPECT_EQ(accepted(ids, "3,1,3"), "3,1,3");
  for (const char* text : {"", ",", "1,", ",1", "1,,2", "1, 2", "1,10", "1;2"}) {
    EXPECT_EQ(accepted(ids, text), "refused") << text;
  }
  for (const TypeKind kind : {TypeKind::string, TypeKind::boolean, TypeKind::enumeration}) {
    EXPECT_EQ(accepted(list_of(ArgumentType{kind}), ""), "refused");
    EXPECT_EQ(accepted(list_of(ArgumentType{kind}), "yes,"), "refused");
  }
}

TEST(PolicyArgument, RefusesMoreElementsThanAListMayHave) {
  ArgumentType ids = list_of(integer(1, 9));
  ids.max_items = 3;
  EXPECT_EQ(accepted(ids, "1,2,3"), "1,2,3");
  EXPECT_EQ(accepted(ids, "1,2,3,4"), "refused");
}

TEST(PolicyArgument, DoesNotRepeatTheValueInTheMessage) {
  const auto refused = check_value(integer(1, 9), "31337");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().detail, "must be an integer from 1 to 9");
}

class PolicyArguments : public testing::Test {
 protected:
  std::vector<Argument> declared{{"ids", list_of(integer(1, 9)), true, ""},
                                 {"mode", enumeration({"fast", "full"}), false, ""}};

  std::string refusal(const std::vector<FieldView>& given) {
    const auto values = check_arguments(declared, given);
    return values ? "accepted" : values.error().detail;
  }
};

TEST_F(PolicyArguments, ChecksEachAgainstItsDeclaration) {
  const auto values = check_arguments(declared, {{"mode", "fast"}, {"ids", "2,1"}});
  ASSERT_TRUE(values);
  ASSERT_EQ(values->size(), 2U);
  EXPECT_EQ(find_argument(*values, "ids")->items, (std::vector<Scalar>{2L, 1L}));
  EXPECT_EQ(find_argument(*values, "id"), nullptr);
  EXPECT_EQ(refusal({{"ids", "1"}}), "accepted");
}

TEST_F(PolicyArguments, RefusesUnknownMissingAndRepeatedOnes) {
  EXPECT_EQ(refusal({{"ids", "1"}, {"uid", "0"}}), "uid: no such argument");
  EXPECT_EQ(refusal({{"ids", "1"}, {"a\nb", "0"}}), "?: no such argument");
  EXPECT_EQ(refusal({{"IDS", "1"}}), "?: no such argument");
  EXPECT_EQ(refusal({{"mode", "fast"}}), "ids: missing");
  EXPECT_EQ(refusal({}), "ids: missing");
  EXPECT_EQ(refusal({{"ids", "1"}, {"ids", "1"}}), "ids: given twice");
  EXPECT_EQ(refusal({{"ids", "1"}, {"mode", "slow"}}), "mode: must be one of fast full");
  EXPECT_EQ(refusal({{"ids", "1,0"}}), "ids: each element must be an integer from 1 to 9");
}

TEST(PolicyTypeName, IsWhatModulesDWrites) {
  EXPECT_EQ(type_name(list_of(ArgumentType{TypeKind::integer})), "list of int");
  EXPECT_EQ(type_name(ArgumentType{TypeKind::boolean}), "bool");
  EXPECT_EQ(type_name(ArgumentType{TypeKind::enumeration}), "enum");
  EXPECT_EQ(type_name(ArgumentType{TypeKind::string}), "string");
}

}  // namespace
}  // namespace mgr
