// What mgr-shutdown takes for its arguments, although others have checked them before.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "modules/mgr-shutdown/arguments.h"

namespace mgr_shutdown {
namespace {

using std::chrono::milliseconds;

tl::expected<Request, int> parsed(std::vector<std::string> words) {
  words.insert(words.begin(), "mgr-shutdown");
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  return parse_arguments(static_cast<int>(words.size()), argv.data());
}

constexpr int usage = 2;

TEST(ShutdownArguments, TakesWhatTheModuleWrites) {
  const auto request =
      parsed({"--backend=auto", "--delay=10m", "--message=Back at noon -- --x", "reboot"});
  ASSERT_TRUE(request);
  EXPECT_EQ(request->kind, Kind::reboot);
  EXPECT_EQ(request->backend, BackendName::automatic);
  EXPECT_EQ(request->delay, std::chrono::minutes(10));
  EXPECT_EQ(request->message, "Back at noon -- --x");
  EXPECT_FALSE(request->past_blocks);
}

TEST(ShutdownArguments, AnEmptyMessageIsNotTheWordBehindIt) {
  const auto request = parsed({"--delay=0s", "--message=", "poweroff"});
  ASSERT_TRUE(request);
  EXPECT_EQ(request->message, "");
  EXPECT_EQ(request->kind, Kind::poweroff);
}

TEST(ShutdownArguments, WantsExactlyOneKind) {
  for (const char* word : {"", "-", "kexec", "poweroff;reboot", "dry-poweroff", "Poweroff"}) {
    EXPECT_EQ(parsed({word}).error(), usage) << word;
  }
  EXPECT_EQ(parsed({}).error(), usage);
  EXPECT_EQ(parsed({"poweroff", "reboot"}).error(), usage);
  EXPECT_EQ(parsed({"poweroff", "--delay=10m"}).error(), usage);
}

TEST(ShutdownArguments, RefusesOptionsThatItDoesNotKnow) {
  EXPECT_EQ(parsed({"--shell=/bin/sh", "poweroff"}).error(), usage);
  EXPECT_EQ(parsed({"--backend=systemctl", "poweroff"}).error(), usage);
  EXPECT_EQ(parsed({"-k", "poweroff"}).error(), usage);
  EXPECT_EQ(parsed({"--delay"}).error(), usage);
}

TEST(ShutdownArguments, ARecordIsAnAbsolutePathAndTheRecordersAlone) {
  EXPECT_EQ(parsed({"--backend=recorder", "poweroff"}).error(), usage);
  EXPECT_EQ(parsed({"--backend=recorder", "--record=here", "poweroff"}).error(), usage);
  EXPECT_EQ(parsed({"--record=/tmp/r", "poweroff"}).error(), usage);
  EXPECT_TRUE(parsed({"--backend=recorder", "--record=/tmp/r", "poweroff"}));
}

TEST(ShutdownDelay, IsOfThePolicysGrammar) {
  EXPECT_EQ(delay_from("0s"), milliseconds(0));
  EXPECT_EQ(delay_from("250ms"), milliseconds(250));
  EXPECT_EQ(delay_from("90s"), std::chrono::seconds(90));
  EXPECT_EQ(delay_from("2h"), std::chrono::hours(2));
  EXPECT_EQ(delay_from("30d"), std::chrono::days(30));
  EXPECT_EQ(delay_from("2592000s"), std::chrono::days(30));
}

TEST(ShutdownDelay, RefusesWhatIsNoneAndMoreThanThirtyDays) {
  for (const char* text : {"",
                           "s",
                           "10",
                           "-1",
                           "-1s",
                           "+1s",
                           " 1s",
                           "1s ",
                           "1 s",
                           "01s",
                           "1.5h",
                           "1e3s",
                           "0x1s",
                           "now",
                           "now; id",
                           "12:00",
                           "+5",
                           "1000000000000",
                           "1000000000000s",
                           "9999999999s",
                           "31d",
                           "721h",
                           "999999999d",
                           "2592001s",
                           "1w",
                           "1S",
                           "1sm",
                           "1s\n",
                           "١s"}) {
    EXPECT_FALSE(delay_from(text)) << text;
  }
}

TEST(ShutdownMessage, TakesTextAndRefusesWhatSteersATerminal) {
  EXPECT_TRUE(is_message(""));
  EXPECT_TRUE(is_message("Wartung: zurück um 12 Uhr; $(id) `id` %s"));
  EXPECT_TRUE(is_message(std::string(longest_message, 'x')));
  EXPECT_FALSE(is_message(std::string(longest_message + 1, 'x')));
  for (const char* text : {"\x1b[2J", "a\nb", "a\rb", "\t", "\x7f",
                           "\xc2\x9b"
                           "2J",
                           "\xff", "\xed\xa0\x80",
                           "\xe2\x80\xae"
                           "abc",
                           "\xe2\x80\xa8", "\xe2\x81\xa6"}) {
    EXPECT_FALSE(is_message(text));
  }
  EXPECT_FALSE(is_message(std::string_view("a\0b", 3)));
  EXPECT_EQ(printable("who blocks"), "who blocks");
  EXPECT_EQ(printable("\33]0;x\a"), "?");
  EXPECT_EQ(printable("none\nreboot is scheduled"), "?");
}

}  // namespace
}  // namespace mgr_shutdown
