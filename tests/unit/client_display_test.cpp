// What reaches the admin's terminal.
#include "client/display.h"

#include <gtest/gtest.h>

#include "client/options.h"

namespace mgr::client {
namespace {

std::string shown(const std::string& data) {
  Reply reply;
  reply.success = true;
  reply.msg = "go ok";
  reply.data_json = data;
  return render_success(reply);
}

TEST(ClientDisplay, MakesControlCharactersHarmless) {
  EXPECT_EQ(harmless("a\x1b[31mb\n\r\t\x7f"), "a\\x1b[31mb\\n\\x0d\\t\\x7f");
  EXPECT_EQ(harmless(std::string_view("\0", 1)), "\\x00");
  EXPECT_EQ(harmless("\xc2\x9b"), "\\u{9b}");             // CSI in one character
  EXPECT_EQ(harmless("\xe2\x80\xae"), "\\u{202e}");       // right-to-left override
  EXPECT_EQ(harmless("\xe2\x81\xa6"), "\\u{2066}");       // isolate
  EXPECT_EQ(harmless("\xf3\xa0\x81\x81"), "\\u{e0041}");  // a tag
  EXPECT_EQ(harmless("\x9b\xff\xc3"), "\\x9b\\xff\\xc3");
  EXPECT_EQ(harmless("Müller … 日本"), "Müller … 日本");
}

TEST(ClientDisplay, RefusalNamesTheAuditNumber) {
  Reply refusal;
  refusal.error = "denied";
  refusal.detail = "no\x1b rule";
  refusal.audit = 1234;
  EXPECT_EQ(render_refusal(refusal), "denied: no\\x1b rule (audit 1234)");
  refusal.audit = 0;
  refusal.detail.clear();
  EXPECT_EQ(render_refusal(refusal), "denied");
}

TEST(ClientDisplay, JobsAreATable) {
  EXPECT_EQ(shown(R"({"jobs":[
      {"id":7,"key":"scan:1","state":"running","new":true,"started":"T1"},
      {"id":123,"module":"dns","action":"flush","state":"failed","started":"T1","ended":"T2",
       "exit_status":3},
      {"id":8,"key":"\u001bk","state":"stopped","ended":"T3","signal":9}]})"),
            "ID   KEY        STATE    SINCE  EXIT      NEW\n"
            "7    scan:1     running  T1     -         yes\n"
            "123  dns flush  failed   T2     3         -\n"
            "8    \\x1bk      stopped  T3     signal 9  -\n");
  EXPECT_EQ(
      shown(R"({"jobs":[{"id":1,"key":"k","state":"lost","accepted":"T0","detail":"gone"}]})"),
      "ID  KEY  STATE  SINCE  EXIT  DETAIL\n"
      "1   k    lost   T0     -     gone\n");
  EXPECT_EQ(shown(R"({"jobs":[{"id":1,"key":"k","state":"queued","accepted":"T0",
                      "waits_for":[3,4],"new":true},{"id":2,"due":"\u001b"}]})"),
            "ID  KEY  STATE   SINCE  EXIT  DUE   WAITS FOR  NEW\n"
            "1   k    queued  T0     -     -     3, 4       yes\n"
            "2   - -  -       -      -     \\x1b  -          -\n");
  EXPECT_EQ(shown("{\"jobs\":[]}"), "no jobs\n");
  EXPECT_EQ(shown("{\"jobs\":[7]}"), "ID  KEY  STATE  SINCE  EXIT\n-   - -  -      -      -\n");
}

TEST(ClientDisplay, OtherDataIsKeyAndValue) {
  EXPECT_EQ(shown(R"({"user":"www-data","groups":[33,34],"none":[],"ok":true,"x":null})"),
            "user: www-data\ngroups: 33, 34\nnone: none\nok: yes\nx: -\n");
  EXPECT_EQ(shown("{}"), "go ok\n");
  EXPECT_EQ(shown(""), "go ok\n");
  EXPECT_EQ(shown("[1]"), "go ok\n");
}

TEST(ClientDisplay, ALineBreakInAValueCannotForgeAKey) {
  EXPECT_EQ(shown(R"({"out":"one\nuser: root\u001b","k\ny":"v"})"),
            "out:\n  one\n  user: root\\x1b\nk\\ny: v\n");
  EXPECT_EQ(shown(R"({"a":{"b":["x\ny",{"c":1},[2]]}})"),
            "a:\n  b:\n    - x\\ny\n    -\n      c: 1\n    - 2\n");
}

tl::expected<Options, Farewell> options_of(std::vector<const char*> words) {
  words.insert(words.begin(), "mgrctl");
  return read_options(static_cast<int>(words.size()), words.data());
}

TEST(ClientOptions, WordsReachTheCommandAsTheyAre) {
  const auto options =
      options_of({"--json", "m", "a", "[1,2]", "x={}", "", "-q", "--", "-5", "--json"});
  ASSERT_TRUE(options);
  EXPECT_EQ(options->words,
            (std::vector<std::string>{"m", "a", "[1,2]", "x={}", "", "-5", "--json"}));
  EXPECT_TRUE(options->json);
  EXPECT_TRUE(options->quiet);
}

TEST(ClientOptions, MisuseIsUsage) {
  for (const auto& words : std::vector<std::vector<const char*>>{{},
                                                                 {"--bogus", "ping"},
                                                                 {"ping", "-5"},
                                                                 {"--timeout", "x", "ping"},
                                                                 {"--timeout", "0", "ping"},
                                                                 {"--timeout", "nan", "ping"},
                                                                 {"--socket"}}) {
    const auto options = options_of(words);
    ASSERT_FALSE(options);
    EXPECT_EQ(options.error().code, ExitCode::usage);
  }
  EXPECT_EQ(options_of({"--version"}).error().code, ExitCode::ok);
  EXPECT_EQ(options_of({"--timeout", "0.5", "ping"})->timeout, std::chrono::milliseconds(500));
}

}  // namespace
}  // namespace mgr::client
