// What mgrctl prints of plans and abilities: quoted for a shell, and harmless to a terminal.
#include <gtest/gtest.h>

#include "client/client.h"
#include "client/display.h"
#include "client/review/can_i.h"
#include "client/review/show_plan.h"

namespace mgr::client {
namespace {

TEST(ShellWord, IsQuotedWhereAShellWouldNeedIt) {
  EXPECT_EQ(shell_word("/usr/bin/mgr-scan"), "/usr/bin/mgr-scan");
  EXPECT_EQ(shell_word("--level=-7"), "--level=-7");
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("a b"), "'a b'");
  EXPECT_EQ(shell_word("$(id)"), "'$(id)'");
  EXPECT_EQ(shell_word("it's"), R"('it'\''s')");
  EXPECT_EQ(shell_word("a\"b\\"), harmless("'a\"b\\'"));
  EXPECT_EQ(shell_word("~"), "'~'");
}

TEST(ShellWord, IsHarmless) {
  EXPECT_EQ(shell_word("\x1b[2J").find('\x1b'), std::string::npos);
  EXPECT_EQ(shell_word("a\nb").find('\n'), std::string::npos);
}

TEST(PlanText, HasACommandAJobAndALineASetting) {
  const auto plan = parse_json(
      R"({"decision":"allow","rule":"/etc/p:1","mode":"job","run":{"user":"bind",)"
      R"("environment":["PATH=/bin","NOTE=a b"],"limits":{"open_files":7}},"jobs":[)"
      R"({"key":"scan:1","argv":["/bin/x","a b"],"paths":[{"as":"/proc/self/fd/10","root":"/srv",)"
      R"("beneath":"a/b"}],"input":"body"},{"key":"","argv":["/bin/y"],"paths":[],)"
      R"("input":"nothing"}]})");
  EXPECT_EQ(plan_text(*plan),
            "decision: allow\nrule: /etc/p:1\nmode: job\nkey: scan:1\ncommand: /bin/x 'a b'\n"
            "path: /proc/self/fd/10 is /srv/a/b\ninput: body\ncommand: /bin/y\ninput: nothing\n"
            "environment: PATH=/bin\nenvironment: 'NOTE=a b'\nuser: bind\nlimits:\n"
            "  open_files: 7\n");
}

TEST(PlanText, SaysOfWhatHoldsNothingThatThereIsNone) {
  const auto plan = parse_json(R"({"run":{"limits":{},"capabilities":[]}})");
  EXPECT_EQ(plan_text(*plan), "limits: none\ncapabilities: none\n");
}

TEST(PlanText, SaysHowAShutdownStandsToOtherJobsAndWhenItComes) {
  const auto text = [](const std::string& terms) {
    return plan_text(*parse_json(R"({"jobs":[{"argv":["/x"],"input":"nothing")" + terms + "}]}"));
  };
  const std::string plain = "command: /x\ninput: nothing\n";
  EXPECT_EQ(text(""), plain);
  EXPECT_EQ(text(R"(,"others":"conflict")"),
            plain + "other jobs: it is refused while there are any\n");
  EXPECT_EQ(text(R"(,"others":"waited_for","delay_ms":600000)"),
            plain + "other jobs: it waits until they have ended\ndelay: 10 min\n");
  EXPECT_EQ(text(R"(,"others":7,"delay_ms":"soon")"), plain);
}

TEST(PlanText, WithstandsAnotherShape) {
  for (const char* text : {R"({})", R"({"jobs":7,"run":[]})", R"({"jobs":[7,{"argv":"x"}]})",
                           R"({"jobs":[{"argv":[[],{}],"paths":[1]}]})"}) {
    EXPECT_NO_THROW(static_cast<void>(plan_text(*parse_json(text)))) << text;
  }
  EXPECT_EQ(plan_text(*parse_json(R"({"rule":"\u001b[2J\u202e"})")).find('\x1b'),
            std::string::npos);
}

TEST(Conditions, AreToldInWords) {
  const auto text = [](const char* action) { return conditions_text(*parse_json(action)); };
  EXPECT_EQ(text("{}"), "");
  EXPECT_EQ(text(R"({"when":[{"n":["1..9","12"],"t":["x"]},{"n":["7"]}]})"),
            "n is 1..9 or 12 and t is x; or n is 7");
  EXPECT_EQ(text(R"({"unless":[{"n":["7"]}]})"), "unless n is 7");
  EXPECT_EQ(text(R"({"when":[{"n":["1"]}],"unless":[{"t":["x"]}],"more":true})"),
            "n is 1; unless t is x; and more");
  EXPECT_EQ(text(R"({"when":7,"unless":{}})"), "");
  EXPECT_EQ(text("{\"when\":[{\"\\u001b\":[\"\\n\"]}]}"), "\\x1b is \\n");
}

TEST(Request, CarriesADryRunAndAnIdInsideItsGrammar) {
  Request request{"scan", "start", {{"task_ids", "1"}}, {}};
  request.dry_run = true;
  request.request_id = "r-1";
  EXPECT_EQ(write_request(request).value(),
            "module:scan\naction:start\nmgr-dry-run:yes\nmgr-request-id:r-1\ntask_ids:1\n\n");
  for (const std::string& id : {std::string(65, 'x'), std::string("a b"), std::string("a\nb:c")}) {
    request.request_id = id;
    const auto written = write_request(request);
    ASSERT_FALSE(written) << id;
    EXPECT_EQ(written.error().kind, Failure::Kind::invalid_request);
  }
}

}  // namespace
}  // namespace mgr::client
