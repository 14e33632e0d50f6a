#include "protocol/signed_request.h"

#include <gtest/gtest.h>

#include <vector>

namespace mgr {
namespace {

const std::string host(32, 'a');
const std::string nonce(32, '1');
using Fields = std::vector<FieldView>;

Fields request() {
  return {{"module", "mgr"},     {"action", "ping"},    {"auth-key", "alice"}, {"auth-to", host},
          {"auth-time", "1000"}, {"auth-nonce", nonce}, {"signature", "c2ln"}};
}

Fields with(std::string_view name, std::string_view value) {
  Fields fields = request();
  for (FieldView& field : fields) {
    if (field.name == name) {
      field.value = value;
      return fields;
    }
  }
  fields.push_back({name, value});
  return fields;
}

TEST(SignedRequest, IsSignedWhereItHasAnAuthField) {
  EXPECT_TRUE(is_signed(request()));
  EXPECT_TRUE(is_signed(Fields{{"auth-new", ""}}));
  EXPECT_FALSE(is_signed(Fields{{"module", "mgr"}, {"signature", "constant"}, {"author", "a"}}));
}

TEST(SignedRequest, IsReadAsItIs) {
  const auto proffer = read_proffer(request());
  ASSERT_TRUE(proffer);
  EXPECT_EQ(proffer->key, "alice");
  EXPECT_EQ(proffer->to, host);
  EXPECT_EQ(proffer->time_s, 1000);
  EXPECT_EQ(proffer->nonce, nonce);
  EXPECT_EQ(proffer->signature, "c2ln");
}

TEST(SignedRequest, NeedsEachOfItsFields) {
  for (const char* name : {"auth-key", "auth-to", "auth-time", "auth-nonce", "signature"}) {
    Fields fields = request();
    std::erase_if(fields, [&](const FieldView& field) { return field.name == name; });
    const auto proffer = read_proffer(fields);
    ASSERT_FALSE(proffer) << name;
    EXPECT_EQ(proffer.error().code, ErrorCode::invalid_argument);
    EXPECT_NE(proffer.error().detail.find(name), std::string::npos);
  }
}

TEST(SignedRequest, RefusesWhatIsNotOfItsForm) {
  const std::string upper(32, 'A'), body(64, 'b');
  const Fields wrong[] = {with("auth-key", ""),
                          with("auth-key", "Alice"),
                          with("auth-key", "../x"),
                          with("auth-to", host.substr(1)),
                          with("auth-to", host + 'a'),
                          with("auth-to", upper),
                          with("auth-nonce", upper),
                          with("auth-nonce", nonce.substr(1)),
                          with("auth-nonce", nonce + '1'),
                          with("auth-nonce", ""),
                          with("auth-time", ""),
                          with("auth-time", "-1"),
                          with("auth-time", "+1"),
                          with("auth-time", "01"),
                          with("auth-time", "1.0"),
                          with("auth-time", "1e9"),
                          with("auth-time", "0x10"),
                          with("auth-time", "9999999999999"),
                          with("auth-time", "1 "),
                          with("auth-new", "1"),
                          with("auth-body", body),
                          with("mgr-body", "1")};
  for (const Fields& fields : wrong) EXPECT_FALSE(read_proffer(fields));
  Fields with_body = with("mgr-body", "1");
  with_body.push_back({"auth-body", body});
  EXPECT_TRUE(read_proffer(with_body));
}

TEST(SignedRequest, IsFreshWithinItsWindowAndHereAlone) {
  const auto proffer = read_proffer(request()).value();
  for (const std::int64_t now : {970, 971, 1000, 1029, 1030}) {
    EXPECT_TRUE(check_freshness(proffer, host, now)) << now;
  }
  for (const std::int64_t now : {0, 969, 1031, 1000 + 86400}) {
    const auto fresh = check_freshness(proffer, host, now);
    ASSERT_FALSE(fresh) << now;
    EXPECT_EQ(fresh.error().code, ErrorCode::stale);
  }
  EXPECT_FALSE(check_freshness(proffer, std::string(32, 'b'), 1000));
  EXPECT_FALSE(check_freshness(proffer, "", 1000));
}

TEST(SignedRequest, TextIsEveryLineSortedAndOfNoOtherRequest) {
  const Fields fields{{"b", "2"}, {"signature", "x"}, {"a-b", "1"}, {"a", ""}, {"auth-key", "é"}};
  EXPECT_EQ(signed_text(fields), "mgr-request-v1\na-b:1\na:\nauth-key:é\nb:2\n");
  EXPECT_EQ(signed_text(Fields{{"b", "2"}, {"a", ""}, {"auth-key", "é"}, {"a-b", "1"}}),
            signed_text(fields));
}

TEST(SignedReply, IsTakenApartAsItWasPutTogether) {
  const std::string line = "{\"success\":true,\"msg\":\"ping ok\"}\n";
  EXPECT_EQ(signed_reply_text("alice", nonce, line), "mgr-reply-v1\nalice\n" + nonce + '\n' + line);
  const std::string whole = with_signature(line, "c2ln");
  EXPECT_EQ(whole, "{\"success\":true,\"msg\":\"ping ok\",\"signature\":\"c2ln\"}\n");
  const auto taken = take_signature(whole);
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->line, line);
  EXPECT_EQ(taken->signature, "c2ln");
  EXPECT_TRUE(taken->is_whole);
  EXPECT_FALSE(take_signature(line));
  EXPECT_FALSE(take_signature(whole.substr(0, whole.size() - 1)));
}

TEST(SignedReply, OfACommandLeavesOutWhatTheBrokerAdded) {
  const std::string line = R"({"success":true,"msg":"x ok","data":{"job":7}})"
                           "\n";
  const std::string whole =
      R"({"success":true,"msg":"x ok","data":{"job":7,"stdout":"\",\"signature\":\"a\"}"})"
      R"(,"signed":44,"signature":"c2ln"})"
      "\n";
  const auto taken = take_signature(whole);
  ASSERT_TRUE(taken);
  EXPECT_FALSE(taken->is_whole);
  EXPECT_EQ(taken->line, line);
  EXPECT_EQ(taken->signature, "c2ln");
}

TEST(SignedReply, RefusesALengthThatIsNone) {
  for (const char* length : {"99", "044", "99999999999999999999999", ""}) {
    const auto taken = take_signature(std::string(R"({"data":{"a":1},"signed":)") + length +
                                      R"(,"signature":"c2ln"})" + "\n");
    EXPECT_TRUE(!taken || taken->is_whole) << length;
  }
}

}  // namespace
}  // namespace mgr
