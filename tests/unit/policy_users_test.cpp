// Asks this machine's own database, of which every Linux has root.
#include <gtest/gtest.h>

#include <algorithm>

#include "policy/users.h"

namespace mgr {
namespace {

TEST(PolicyUsers, KnowsRoot) {
  SystemUserDatabase users;
  const auto root = users.user("root");
  ASSERT_TRUE(root && *root);
  EXPECT_EQ((*root)->uid, 0U);
  EXPECT_EQ((*root)->gid, 0U);
  const auto group = users.group("root");
  ASSERT_TRUE(group && *group);
  EXPECT_EQ(**group, 0U);
}

TEST(PolicyUsers, TellsUnknownFromFailed) {
  SystemUserDatabase users;
  for (const std::string& name :
       {std::string("no-such-user-here"), std::string(), std::string("#0"), std::string("../root"),
        std::string(300, 'a')}) {
    const auto user = users.user(name);
    ASSERT_TRUE(user) << user.error().detail;
    EXPECT_FALSE(*user) << name;
    const auto group = users.group(name);
    ASSERT_TRUE(group) << group.error().detail;
    EXPECT_FALSE(*group) << name;
  }
}

TEST(PolicyUsers, CountsThoseWhosePrimaryGroupItIsAsMembers) {
  SystemUserDatabase users;
  const auto members = users.members_of("root");
  ASSERT_TRUE(members);
  EXPECT_NE(std::ranges::find(*members, 0U), members->end());
  EXPECT_TRUE(users.members_of("no-such-group-here")->empty());
}

TEST(PolicyUsers, ListsThePrimaryGroupAmongTheGroups) {
  SystemUserDatabase users;
  const auto groups = users.groups_of("root", 0);
  ASSERT_TRUE(groups);
  EXPECT_NE(std::ranges::find(*groups, 0U), groups->end());
}

}  // namespace
}  // namespace mgr
