// What a request may say of itself.
#include <gtest/gtest.h>

#include "helper/checked_request.h"

namespace mgr {
namespace {

Result<CheckedRequest> check(const std::vector<FieldView>& more) {
  RunMessage message;
  message.fields = {{"module", "m"}, {"action", "a"}};
  message.fields.insert(message.fields.end(), more.begin(), more.end());
  return CheckedRequest::check(message);
}

TEST(CheckedRequest, ConfirmsOnlyByYes) {
  EXPECT_FALSE(check({})->confirmed());
  EXPECT_FALSE(check({{"mgr-confirm", "no"}})->confirmed());
  EXPECT_TRUE(check({{"mgr-confirm", "yes"}})->confirmed());
  EXPECT_FALSE(check({{"mgr-confirm", "yes"}})->wait());
  EXPECT_TRUE(check({{"mgr-wait", "yes"}})->wait());
  EXPECT_FALSE(check({{"mgr-wait", "yes"}})->confirmed());
  EXPECT_TRUE(check({{"mgr-confirm", "yes"}})->arguments().empty());
}

TEST(CheckedRequest, RefusesAConfirmationThatIsNeitherYesNorNo) {
  for (const char* value : {"", "Yes", "YES", "y", "true", "1", "yes ", "yes,no"}) {
    const auto request = check({{"mgr-confirm", value}});
    ASSERT_FALSE(request) << value;
    EXPECT_EQ(request.error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(request.error().detail, "mgr-confirm is yes or no");
  }
  EXPECT_EQ(check({{"mgr-confirm", "yes"}, {"mgr-confirm", "no"}}).error().code,
            ErrorCode::malformed);
}

}  // namespace
}  // namespace mgr
