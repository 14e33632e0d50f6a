// What a broker that is not ours any more may say of a request, and what of it is believed.
#include <gtest/gtest.h>

#include "helper/checked_request.h"

namespace mgr {
namespace {

using Body = std::optional<std::string_view>;

RunMessage put(std::vector<FieldView> more, Body body) {
  RunMessage message{7, "", {{"module", "file"}, {"action", "put"}}, body};
  message.fields.insert(message.fields.end(), more.begin(), more.end());
  return message;
}

ErrorCode refusal_of(const RunMessage& message) {
  const auto request = CheckedRequest::check(message);
  EXPECT_FALSE(request);
  return request ? ErrorCode::failed : request.error().code;
}

TEST(CheckedRequest, TakesTheBodyThatItsFieldAnnounces) {
  EXPECT_EQ(CheckedRequest::check(put({{"mgr-body", "3"}}, "a\nb")).value().body(), "a\nb");
  EXPECT_EQ(CheckedRequest::check(put({{"mgr-body", "0"}}, "")).value().body(), "");
  EXPECT_EQ(CheckedRequest::check(put({}, std::nullopt)).value().body(), std::nullopt);
}

TEST(CheckedRequest, RefusesABodyThatIsNotTheOneAnnounced) {
  for (const char* length : {"2", "4", "03", "+3", "", "3 ", "-3", "4294967299", "x"}) {
    EXPECT_EQ(refusal_of(put({{"mgr-body", length}}, "abc")), ErrorCode::malformed) << length;
  }
  EXPECT_EQ(refusal_of(put({{"mgr-body", "0"}}, std::nullopt)), ErrorCode::malformed);
  EXPECT_EQ(refusal_of(put({{"mgr-body", "3"}}, std::nullopt)), ErrorCode::malformed);
  EXPECT_EQ(refusal_of(put({}, "")), ErrorCode::malformed);
  EXPECT_EQ(refusal_of(put({}, "abc")), ErrorCode::malformed);
}

Argument of_type(const char* name, TypeKind kind, bool required) {
  Argument argument;
  argument.name = name;
  argument.type.kind = kind;
  argument.required = required;
  return argument;
}

bool takes(const std::vector<Argument>& declared, const RunMessage& message, bool network = false) {
  const auto request = CheckedRequest::check(message).value();
  const auto checked = request.check_input(declared, network);
  EXPECT_TRUE(checked || checked.error().code == ErrorCode::invalid_argument);
  return checked.has_value();
}

TEST(CheckedRequest, TakesABodyWhereTheActionHasOneAndOnlyThere) {
  const RunMessage with = put({{"mgr-body", "3"}}, "abc"), empty = put({{"mgr-body", "0"}}, "");
  const RunMessage without = put({}, std::nullopt), as_field = put({{"file", "abc"}}, std::nullopt);
  const std::vector<Argument> none, text{of_type("file", TypeKind::string, true)},
      required{of_type("file", TypeKind::blob, true)},
      optional{of_type("name", TypeKind::string, false), of_type("file", TypeKind::blob, false)};
  for (const auto* declared : {&none, &text}) {
    EXPECT_FALSE(takes(*declared, with));
    EXPECT_FALSE(takes(*declared, empty));
    EXPECT_TRUE(takes(*declared, without));
  }
  for (const auto* declared : {&required, &optional}) {
    EXPECT_TRUE(takes(*declared, with));
    EXPECT_TRUE(takes(*declared, empty));
    EXPECT_FALSE(takes(*declared, as_field)) << "it is no field";
    EXPECT_TRUE(takes(*declared, with, true)) << "a body may come from the network";
  }
  EXPECT_FALSE(takes(required, without));
  EXPECT_TRUE(takes(optional, without));
}

TEST(CheckedRequest, TakesNoSecretFromTheNetwork) {
  const std::vector<Argument> declared{of_type("password", TypeKind::secret, false),
                                       of_type("user", TypeKind::string, false)};
  const RunMessage secret = put({{"user", "a"}, {"password", "b"}}, std::nullopt);
  EXPECT_TRUE(takes(declared, secret));
  EXPECT_FALSE(takes(declared, secret, true));
  EXPECT_TRUE(takes(declared, put({{"user", "a"}}, std::nullopt), true));
}

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

TEST(CheckedRequest, RunsNothingForAWordThatIsNotNo) {
  const auto check = [](const char* value) {
    return CheckedRequest::check(put({{"mgr-dry-run", value}}, std::nullopt));
  };
  EXPECT_TRUE(check("yes")->dry_run());
  EXPECT_FALSE(check("no")->dry_run());
  EXPECT_FALSE(check("yes")->confirmed());
  for (const char* value : {"", "YES", "true", "1", "yes "}) {
    ASSERT_FALSE(check(value)) << value;
    EXPECT_EQ(check(value).error().detail, "mgr-dry-run is yes or no");
  }
}

TEST(CheckedRequest, TakesARequestIdInsideItsGrammarAlone) {
  const std::string longest(64, 'x'), longer(65, 'x');
  EXPECT_EQ(CheckedRequest::check(put({{"mgr-request-id", longest}}, std::nullopt))->request_id(),
            longest);
  EXPECT_EQ(CheckedRequest::check(put({}, std::nullopt))->request_id(), "");
  for (const std::string& id :
       {longer, std::string(), std::string("a b"), std::string("\xC3\xBC")}) {
    EXPECT_EQ(refusal_of(put({{"mgr-request-id", id}}, std::nullopt)), ErrorCode::invalid_argument)
        << id;
  }
  EXPECT_EQ(refusal_of(put({{"mgr-request-id", "a"}, {"mgr-request-id", "a"}}, std::nullopt)),
            ErrorCode::malformed);
}

}  // namespace
}  // namespace mgr
