// Words of enumerations, and back.
#include "policy/type_name.h"

#include <gtest/gtest.h>

#include <set>

namespace mgr {
namespace {

template <typename Enum>
void expect_a_word_of_its_own_for_each() {
  std::set<std::string_view> words;
  for (int number = 0; number <= static_cast<int>(Enum::last_value); ++number) {
    const auto value = static_cast<Enum>(number);
    EXPECT_TRUE(words.insert(word_of(value)).second) << word_of(value);
    EXPECT_EQ(find_word<Enum>(word_of(value)), value);
  }
  for (const char* other : {"", " ", "File", "job ", "jo", "signature"}) {
    EXPECT_EQ(find_word<Enum>(other), std::nullopt) << other;
  }
}

TEST(TypeName, EachHasAWordOfItsOwn) {
  expect_a_word_of_its_own_for_each<TypeKind>();
  expect_a_word_of_its_own_for_each<PathKind>();
  expect_a_word_of_its_own_for_each<RunMode>();
  expect_a_word_of_its_own_for_each<Proof>();
}

TEST(TypeName, IsWhatPolicyMdSays) {
  EXPECT_EQ(word_of(TypeKind::integer), "int");
  EXPECT_EQ(word_of(TypeKind::blob), "blob");
  EXPECT_EQ(type_name({TypeKind::username, true}), "list of username");
  EXPECT_EQ(word_of(Proof::signature), "signed");
  EXPECT_EQ(all_words<PathKind>(), "\"file\", \"folder\" or \"any\"");
  EXPECT_EQ(all_words<RunMode>(), "\"job\", \"output\" or \"stream\"");
}

}  // namespace
}  // namespace mgr
