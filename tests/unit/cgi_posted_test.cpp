// What becomes of a posted body: fields that a request block can hold, or a refusal.
#include <gtest/gtest.h>

#include "client/cgi/web_request.h"
#include "protocol/text.h"

namespace mgr::cgi {
namespace {

using Fields = std::vector<Field>;
constexpr int taken = 0, malformed = 5, invalid = 6, too_large = 10;

template <typename T>
int code_of(const Judged<T>& judged) {
  return judged ? taken : static_cast<int>(judged.error().error.code);
}

int form(std::string_view text) { return code_of(read_form(text)); }
int json(std::string_view text) { return code_of(read_json(text)); }

TEST(CgiForm, IsReadAsABrowserWritesIt) {
  const auto posted = read_form("module=scan&Action=start&name=a+b%2Bc%26d%3D%C3%A9&empty=&x=1=2");
  ASSERT_TRUE(posted);
  EXPECT_EQ(posted->fields, (Fields{{"module", "scan"},
                                    {"action", "start"},
                                    {"name", "a b+c&d=\xc3\xa9"},
                                    {"empty", ""},
                                    {"x", "1=2"}}));
  EXPECT_FALSE(posted->bytes);
  EXPECT_EQ(read_form("")->fields, Fields{});
}

TEST(CgiForm, ItsBodyIsBytesAndItsTokenNoField) {
  const auto posted = read_form("mgr-token=12.ab&mgr-body=%00%0D%0A%FF&module=m");
  ASSERT_TRUE(posted);
  EXPECT_EQ(posted->token, "12.ab");
  EXPECT_EQ(posted->bytes, std::string("\0\r\n\xff", 4));
  EXPECT_EQ(posted->fields, (Fields{{"module", "m"}}));
  EXPECT_EQ(read_form("mgr-body=")->bytes, "");
}

TEST(CgiForm, GuessesNothing) {
  for (const char* text : {"a",     "a=1&",      "&a=1",    "a=1&&b=2",   "&",
                           "=1",    "a=%",       "a=%4",    "a=%4g",      "a=%%41",
                           "%zz=1", "a=1;b=2&c", "a[]=1",   "a b=1",      "1a=1",
                           "%00=1", "a%0A=1",    "a=1&a=2", "a=1&A=1",    "mgr-body=1&MGR-BODY=2",
                           "a=%FF", "a=%C0%80",  "a=\x01",  "a=%ED%A0%80"}) {
    EXPECT_EQ(form(text), malformed) << text;
  }
}

TEST(CgiForm, ALineBreakInAValueIsNoSecondField) {
  for (const char* text :
       {"task_ids=1%0Aaction:reboot", "task_ids=1%0D%0A%0D%0Amodule:mgr", "task_ids=1\n",
        "task_ids=1%00", "task_ids=1%C2%85x", "task_ids=1%09", "mgr-token=1%0A"}) {
    EXPECT_EQ(form(text), malformed) << text;
  }
}

TEST(CgiForm, IsBounded) {
  const auto value = [](std::size_t length) { return "a=" + std::string(length, 'x'); };
  EXPECT_EQ(form(value(max_value_length)), taken);
  EXPECT_EQ(form(value(max_value_length + 1)), too_large);
  const auto fields = [](std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += (i > 0 ? "&a" : "a") + std::to_string(i) + "=1";
    return text;
  };
  EXPECT_EQ(form(fields(max_fields)), taken);
  EXPECT_EQ(form(fields(max_fields + 1)), too_large);
  EXPECT_EQ(form("mgr-body=" + std::string(max_body_length, 'x')), taken);
  EXPECT_EQ(form("mgr-body=" + std::string(max_body_length + 1, 'x')), too_large);
}

TEST(CgiJson, IsOneFlatObject) {
  const auto posted = read_json(
      R"({"Module":"scan","action":"start","task_ids":["1",2,true],"n":-7,"big":123456789012345678901234567890,
          "yes":true,"no":false,"text":"a,b \u00e9"})");
  ASSERT_TRUE(posted);
  EXPECT_EQ(posted->fields, (Fields{{"module", "scan"},
                                    {"action", "start"},
                                    {"task_ids", "1,2,yes"},
                                    {"n", "-7"},
                                    {"big", "123456789012345678901234567890"},
                                    {"yes", "yes"},
                                    {"no", "no"},
                                    {"text", "a,b \xc3\xa9"}}));
  EXPECT_EQ(read_json("{}")->fields, Fields{});
}

TEST(CgiJson, ItsBodyIsInBase64) {
  EXPECT_EQ(read_json(R"({"mgr-body":"AA0K/w=="})")->bytes, std::string("\0\r\n\xff", 4));
  EXPECT_EQ(read_json(R"({"mgr-body":""})")->bytes, "");
  for (const char* text : {"AA0K/w", "AA0K/w=", "AA0K_w==", "AA0K /w==", "AA0K/w==\\n", "!", "A",
                           "====", "AA0K/x=="}) {
    EXPECT_EQ(json(std::string(R"({"mgr-body":")") + text + "\"}"), malformed) << text;
  }
  EXPECT_EQ(json(R"({"mgr-body":["AA=="]})"), malformed);
  EXPECT_EQ(json(R"({"mgr-body":1})"), malformed);
}

TEST(CgiJson, RefusesWhatIsNoRequest) {
  for (const char* text : {"",
                           "[]",
                           "1",
                           "\"a\"",
                           "null",
                           "{",
                           "{}x",
                           "{} {}",
                           R"({"a":null})",
                           R"({"a":1.0})",
                           R"({"a":1e3})",
                           R"({"a":{}})",
                           R"({"a":[]})",
                           R"({"a":[[1]]})",
                           R"({"a":[{}]})",
                           R"({"a":["1,2"]})",
                           R"({"a":[""]})",
                           R"({"a":["1",""]})",
                           R"({"a":[null]})",
                           R"({"a":"1","a":"2"})",
                           R"({"a":"1","A":"1"})",
                           R"({"":"1"})",
                           R"({"a b":"1"})",
                           R"({"a:b":"1"})",
                           R"({"a\n":"1"})",
                           R"({"__proto__":{}})",
                           R"({"a":"1",})",
                           R"({a:"1"})",
                           R"({"a":'1'})",
                           R"({"a":01})",
                           R"({"a":NaN})",
                           "{\"a\":\"\xff\"}",
                           "{\"a\":\"\xc0\x80\"}",
                           R"({"a":"\ud800"})",
                           "// x\n{}",
                           "{\"a\":\"1\n\"}"}) {
    EXPECT_EQ(json(text), malformed) << text;
  }
}

TEST(CgiJson, ALineBreakInAValueIsNoSecondField) {
  for (const char* text :
       {R"({"a":"1\naction:reboot"})", R"({"a":"1\r\n\r\nmodule:mgr"})", R"({"a":"\u0000"})",
        R"({"a":"\u0085"})", R"({"a":["1","2\n"]})", R"({"a":"\u007f"})"}) {
    EXPECT_EQ(json(text), malformed) << text;
  }
}

TEST(CgiJson, IsBoundedBeforeItIsATree) {
  EXPECT_EQ(json("{\"a\":\"" + std::string(max_value_length, 'x') + "\"}"), taken);
  EXPECT_EQ(json("{\"a\":\"" + std::string(max_value_length + 1, 'x') + "\"}"), too_large);
  EXPECT_EQ(json("{\"a\":[" + std::string(2 * max_block_length, ',') + "]}"), too_large);
  std::string numbers = "{\"a\":[1";
  for (std::size_t i = 0; i < max_block_length; ++i) numbers += ",1";
  EXPECT_EQ(json(numbers + "]}"), too_large);
  EXPECT_EQ(json("{\"a\":" + std::string(100'000, '[')), malformed);
}

TEST(CgiRequest, IsForTheUserOfTheWebServer) {
  const auto request = make_request(
      *read_form("module=scan&action=start&task_ids=1&mgr-wait=yes&mgr-dry-run=no&mgr-confirm=yes"
                 "&mgr-request-id=a.1&mgr-body=x&mgr-token=t"),
      "alice");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->module, "scan");
  EXPECT_EQ(request->action, "start");
  EXPECT_EQ(request->on_behalf_of, "alice");
  EXPECT_EQ(request->arguments, (Fields{{"task_ids", "1"}}));
  EXPECT_TRUE(request->wait);
  EXPECT_FALSE(request->dry_run);
  EXPECT_TRUE(request->confirm);
  EXPECT_EQ(request->request_id, "a.1");
  EXPECT_EQ(request->body, "x");
  EXPECT_FALSE(make_request(*read_form("module=a&action=b"), "alice")->body);
}

TEST(CgiRequest, NobodyElseIsForTheBrowserToSay) {
  for (const char* name :
       {"mgr-on-behalf-of", "MGR-ON-BEHALF-OF", "mgr-user", "mgr", "mgr-new", "signature",
        "auth-key", "auth-to", "auth-time", "auth-nonce", "auth-body"}) {
    const auto posted = read_form("module=a&action=b&" + std::string(name) + "=root");
    ASSERT_TRUE(posted) << name;
    EXPECT_EQ(code_of(make_request(*posted, "alice")), invalid) << name;
  }
}

TEST(CgiRequest, SaysYesOrNo) {
  for (const char* name : {"mgr-wait", "mgr-dry-run", "mgr-confirm"}) {
    for (const char* value : {"", "YES", "true", "1", "on"}) {
      const auto posted = read_form("module=a&action=b&" + std::string(name) + '=' + value);
      EXPECT_EQ(code_of(make_request(*posted, "alice")), invalid) << name << value;
    }
  }
  EXPECT_EQ(code_of(make_request(*read_form("module=a&action=b&mgr-request-id=a+b"), "alice")),
            invalid);
}

TEST(CgiRequest, NamesModuleAndAction) {
  for (const char* text : {"", "module=a", "action=a", "module=&action=b", "module=a&action="}) {
    EXPECT_EQ(code_of(make_request(*read_form(text), "alice")), malformed) << text;
  }
}

}  // namespace
}  // namespace mgr::cgi
