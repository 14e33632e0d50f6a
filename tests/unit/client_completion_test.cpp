// What may stand next on a command line of mgrctl, by what was typed and what the sources tell.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "client/completion/candidates.h"
#include "client/own_words.h"

namespace mgr::client {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;
using testing::UnorderedElementsAre;

constexpr const char* schema = R"({"modules":[
 {"name":"scan","aliases":["SCAN_MODULE"],"summary":"Scans","actions":[
  {"name":"start","summary":"Start them","arguments":[
   {"name":"task_ids","type":"list of int","required":true,"help":"which","min":1,"max":999},
   {"name":"mode","type":"enum","required":false,"values":["fast","full"]}]},
  {"name":"status","arguments":[]}]},
 {"name":"job","summary":"Jobs","actions":[
  {"name":"list","arguments":[{"name":"state","type":"list of enum","values":["running","failed"]}]},
  {"name":"stop","arguments":[{"name":"ids","type":"list of int"},{"name":"of_module","type":"string"}]}]},
 {"name":"audit","summary":"A module of that name","actions":[]},
 {"name":"mgr","actions":[{"name":"ping","arguments":[]}]},
 {"name":"tls","actions":[
  {"name":"upload","arguments":[
   {"name":"site","type":"string","required":true},
   {"name":"chain","type":"path","roots":["/srv/chains","/var/lib"],"required":true},
   {"name":"force","type":"bool"},
   {"name":"parts","type":"list of enum","values":["one","two","three"]},
   {"name":"word","type":"secret"},{"name":"pem","type":"blob"}]}]},
 {"name":"service","actions":[
  {"name":"restart","arguments":[{"name":"unit","type":"unit","required":true,"listed":true}]}]}]})";

Job job(std::uint64_t id, const std::string& key, const std::string& state) {
  Job made;
  made.id = id;
  made.key = key;
  made.state = state;
  return made;
}

class Told final : public Sources {
 public:
  const Catalogue& catalogue() override {
    ++asked;
    return actions;
  }
  std::vector<Job> jobs(bool only_living) override {
    ++asked;
    std::vector<Job> some = all_jobs;
    if (only_living) std::erase_if(some, [](const Job& one) { return one.has_ended(); });
    return some;
  }
  std::vector<std::string> listed(const ChosenAction& chosen, const std::string& name) override {
    ++asked;
    return chosen.name() == "service restart" && name == "unit" ? units
                                                                : std::vector<std::string>();
  }
  std::vector<std::string> users() override { return {"alice", "root"}; }
  std::vector<std::string> keys() override { return {"alice", "web"}; }

  Catalogue actions = parse_catalogue(schema).value();
  std::vector<Job> all_jobs{job(8, "scan:2", "running"), job(7, "", "failed")};
  std::vector<std::string> units{"nginx.service", "getty@tty1.service"};
  int asked = 0;
};

Candidates found(const std::vector<std::string>& words, Sources& sources) {
  const std::vector<OptionHelp> known = known_options();
  return find_candidates(read_typed_line(words, known), known, sources);
}

std::vector<std::string> texts(const Candidates& found) {
  std::vector<std::string> all;
  for (const Candidate& candidate : found.words) all.push_back(candidate.text);
  return all;
}

std::vector<std::string> after(const std::vector<std::string>& words) {
  Told told;
  return texts(found(words, told));
}

FileKind files_after(const std::vector<std::string>& words) {
  Told told;
  return found(words, told).files;
}

TEST(ClientCompletion, TheFirstWordIsACommandOrAModule) {
  EXPECT_THAT(after({""}), IsSupersetOf({"ping", "jobs", "stop", "key", "scan", "tls", "job"}));
  EXPECT_THAT(after({""}), Not(Contains("complete")));
  EXPECT_THAT(after({"sc"}), ElementsAre("scan"));
  EXPECT_THAT(after({"SC"}), ElementsAre("SCAN_MODULE"));
  EXPECT_THAT(after({"nothing"}), IsEmpty());
}

TEST(ClientCompletion, AModuleBehindACommandOfThatNameIsWrittenWithACapital) {
  EXPECT_THAT(after({"Au"}), ElementsAre("Audit"));
  EXPECT_THAT(after({"au"}), ElementsAre("audit"));
}

TEST(ClientCompletion, ActionsComeBehindTheModuleWhateverItIsCalled) {
  EXPECT_THAT(after({"scan", ""}), ElementsAre("start", "status"));
  EXPECT_THAT(after({"SCAN_MODULE", "sta"}), ElementsAre("start", "status"));
  EXPECT_THAT(after({"explain", "scan", "star"}), ElementsAre("start"));
  EXPECT_THAT(after({"can-i", "sca"}), ElementsAre("scan"));
  EXPECT_THAT(after({"unknown", ""}), IsEmpty());
}

TEST(ClientCompletion, ArgumentsAreNamedAndTheValuesOfTheNextOne) {
  EXPECT_THAT(after({"scan", "start", "task_"}), ElementsAre("task_ids="));
  EXPECT_THAT(after({"scan", "start", "task_ids=1", ""}), ElementsAre("mode=", "fast", "full"));
  EXPECT_THAT(after({"scan", "start", "1", "f"}), ElementsAre("fast", "full"));
  EXPECT_THAT(after({"scan", "start", "1", "fast", ""}), IsEmpty());
  EXPECT_THAT(after({"scan", "start", "mode=fa"}), ElementsAre("mode=fast"));
  EXPECT_THAT(after({"scan", "start", "MODE=fa"}), ElementsAre("MODE=fast"));
  EXPECT_THAT(after({"scan", "start", "1", "--", "f"}), ElementsAre("fast", "full"));
  EXPECT_THAT(after({"scan", "start", "--", "task_"}), IsEmpty());
  EXPECT_THAT(after({"explain", "--", "scan", "start", "1", "mo"}), IsEmpty());
  EXPECT_THAT(after({"scan", "status", ""}), IsEmpty());
}

TEST(ClientCompletion, WhatIsNeverOnACommandLineIsNotOffered) {
  const auto all = after({"tls", "upload", ""});
  EXPECT_THAT(all, ElementsAre("site=", "chain=", "force=", "parts="));
  EXPECT_THAT(after({"tls", "upload", "word="}), IsEmpty());
}

TEST(ClientCompletion, AListGoesOnWithWhatIsNotInIt) {
  EXPECT_THAT(after({"tls", "upload", "parts=one,t"}),
              ElementsAre("parts=one,two", "parts=one,three"));
  EXPECT_THAT(after({"tls", "upload", "parts=two,t"}), ElementsAre("parts=two,three"));
  EXPECT_THAT(after({"tls", "upload", "force="}), ElementsAre("force=yes", "force=no"));
}

TEST(ClientCompletion, APathBeginsWithItsRootAndGoesOnAsTheShellKnows) {
  EXPECT_THAT(after({"tls", "upload", "a", "/s"}), ElementsAre("/srv/chains/"));
  EXPECT_THAT(after({"tls", "upload", "chain=/v"}), ElementsAre("chain=/var/lib/"));
  EXPECT_EQ(files_after({"tls", "upload", "a", "/srv/chains/x"}), FileKind::files);
  EXPECT_EQ(files_after({"tls", "upload", "a", "/etc/"}), FileKind::none);
}

TEST(ClientCompletion, ValuesThatThePolicyListsAreThose) {
  EXPECT_THAT(after({"service", "restart", ""}),
              ElementsAre("unit=", "nginx.service", "getty@tty1.service"));
  Told told;
  told.units = {"nginx.service", "a b", "-x.service", "1..9", "x.service\n", "$(id).service"};
  EXPECT_THAT(texts(found({"service", "restart", "unit="}, told)),
              ElementsAre("unit=nginx.service"));
}

TEST(ClientCompletion, JobsComeByIdAndByKey) {
  EXPECT_THAT(after({"follow", ""}), ElementsAre("8", "7"));
  EXPECT_THAT(after({"follow", "8", ""}), IsEmpty());
  EXPECT_THAT(after({"stop", ""}), ElementsAre("8"));
  EXPECT_THAT(after({"stop", "8", ""}), IsEmpty());
  EXPECT_THAT(after({"job", "output", "7"}), ElementsAre("7"));
  EXPECT_THAT(after({"job", "7"}), ElementsAre("7"));
  EXPECT_THAT(after({"stop", "--key", ""}), ElementsAre("scan:2"));
  EXPECT_THAT(after({"stop", "--key=sc"}), ElementsAre("--key=scan:2"));
  EXPECT_THAT(after({"job", ""}), IsSupersetOf({"show", "prune", "list", "stop"}));
  EXPECT_THAT(after({"job", "stop", "ids="}), ElementsAre("ids=8"));
  EXPECT_THAT(after({"job", "list", "state=running,"}), ElementsAre("state=running,failed"));
  Told told;
  EXPECT_THAT(found({"follow", ""}, told).words.front().summary, "scan:2, running");
}

TEST(ClientCompletion, CommandsHaveTheirWords) {
  EXPECT_THAT(after({"key", ""}), ElementsAre("add", "list", "revoke"));
  EXPECT_THAT(after({"key", "revoke", ""}), ElementsAre("alice", "web"));
  EXPECT_THAT(after({"policy", "l"}), ElementsAre("lint"));
  EXPECT_THAT(after({"doctor", ""}), IsEmpty());
  EXPECT_EQ(files_after({"policy", "test", ""}), FileKind::files);
  EXPECT_EQ(files_after({"import", "sudoers", ""}), FileKind::files);
  EXPECT_EQ(files_after({"audit", "tail", ""}), FileKind::none);
}

TEST(ClientCompletion, OptionsAreThoseOfTheCommand) {
  EXPECT_THAT(after({"key", "add", "--not"}), ElementsAre("--not-before", "--not-after"));
  EXPECT_THAT(after({"key", "revoke", "--not"}), IsEmpty());
  EXPECT_THAT(after({"scan", "start", "--"}),
              AllOf(IsSupersetOf({"--body", "--wait", "--root"}), Not(Contains("--tail"))));
  EXPECT_THAT(after({"job", "output", "--t"}),
              UnorderedElementsAre("--tail", "--times", "--timeout"));
  EXPECT_THAT(after({"--no-sign", "--no-"}), Not(Contains("--no-sign")));
  EXPECT_THAT(after({"scan", "start", "--", "--"}), IsEmpty());
  EXPECT_THAT(after({"--sh"}), IsEmpty());
}

TEST(ClientCompletion, OptionsHaveValues) {
  EXPECT_THAT(after({"explain", "--as", ""}), ElementsAre("alice", "root", "key:alice", "key:web"));
  EXPECT_THAT(after({"explain", "--as=r"}), ElementsAre("--as=root"));
  EXPECT_THAT(after({"jobs", "--state", "failed,st"}),
              ElementsAre("failed,stopping", "failed,stopped"));
  EXPECT_THAT(after({"jobs", "--module", "sc"}), ElementsAre("scan"));
  EXPECT_THAT(after({"audit", "search", "--module", "tls", "--action", ""}), ElementsAre("upload"));
  EXPECT_THAT(after({"audit", "search", "--key", ""}), ElementsAre("alice", "web"));
  EXPECT_THAT(after({"setup", "--allow", "tls,scan.sta"}),
              ElementsAre("tls,scan.start", "tls,scan.status"));
  EXPECT_EQ(files_after({"--body", ""}), FileKind::files);
  EXPECT_EQ(files_after({"--key-file="}), FileKind::files);
  EXPECT_EQ(files_after({"audit", "verify", "--key", ""}), FileKind::files);
  EXPECT_EQ(files_after({"policy", "check", "--files", ""}), FileKind::folders);
}

TEST(ClientCompletion, AnOptionsValueIsNoWord) {
  EXPECT_THAT(after({"--socket", "scan", "sc"}), ElementsAre("scan"));
  EXPECT_THAT(after({"--socket=scan", "sc"}), ElementsAre("scan"));
  EXPECT_THAT(after({"audit", "tail", "-n", "5", "-"}), Not(Contains("--lines")));
  EXPECT_THAT(after({"audit", "tail", "-fn5", "--l"}), ElementsAre("--libexec"));
  EXPECT_THAT(after({"-qy", "scan", "--y"}), IsEmpty());
}

TEST(ClientCompletion, NothingIsAskedThatIsNotNeeded) {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"key", ""},
                                                {"doctor", "--"},
                                                {"--body", ""},
                                                {"key", "revoke", ""}}) {
    Told told;
    (void)found(words, told);
    EXPECT_EQ(told.asked, 0) << words[0];
  }
  Told told;
  (void)found({"stop", ""}, told);
  EXPECT_EQ(told.asked, 1);
}

TEST(ClientCompletion, ATextThatATerminalOrAShellMightActOnIsNoCandidate) {
  Told told;
  told.all_jobs.clear();
  for (const char* key :
       {"\x1b[2J", "a\nb", "-rf", "--socket=/evil", "", "a\xff", "\u202egpj", "$(id) ;`x`"}) {
    told.all_jobs.push_back(job(told.all_jobs.size() + 1, key, "running"));
  }
  EXPECT_THAT(texts(found({"stop", "--key", ""}, told)), ElementsAre("$(id) ;`x`"));
  told.actions.modules[0].summary = "\x1b[2J\tred";
  EXPECT_EQ(found({"scan"}, told).words.at(0).summary, "\\x1b[2J\\tred");
  for (const char* value : {"-x", "--yes", "", "ok"}) {
    told.actions.modules[0].actions[0].arguments[1].limits->choices.push_back(value);
  }
  EXPECT_THAT(texts(found({"scan", "start", "1", ""}, told)),
              ElementsAre("mode=", "fast", "full", "ok"));
  EXPECT_THAT(texts(found({"scan", "start", "1", "--", "-"}, told)), IsEmpty());
}

TEST(ClientCompletion, AMillionCandidatesAreAThousand) {
  Told told;
  told.all_jobs.clear();
  for (std::uint64_t id = 1; id < 5000; ++id) told.all_jobs.push_back(job(id, "", "running"));
  EXPECT_EQ(found({"stop", ""}, told).words.size(), 1000U);
}

TypedWords typed(std::string_view line) { return split_typed_line(line, "/home/a"); }

TEST(TypedLine, WordsAreThoseOfTheShell) {
  EXPECT_THAT(typed("mgrctl scan st").words, ElementsAre("mgrctl", "scan", "st"));
  EXPECT_THAT(typed("mgrctl  scan ").words, ElementsAre("mgrctl", "scan", ""));
  EXPECT_THAT(typed("m a\\ b 'c d'\"e f\" g").words, ElementsAre("m", "a b", "c de f", "g"));
  EXPECT_THAT(typed("m \"a\\\"b\\c\" '' x").words, ElementsAre("m", "a\"b\\c", "", "x"));
  EXPECT_THAT(typed("m --root ~/x ").words, ElementsAre("m", "--root", "/home/a/x", ""));
  EXPECT_THAT(typed("m a >/dev/null 2>&1 b<c d").words, ElementsAre("m", "a", "b", "d"));
  EXPECT_THAT(typed("").words, ElementsAre(""));
}

TEST(TypedLine, KnowsWhatIsOpenAndWhatOnlyTheShellKnows) {
  EXPECT_TRUE(typed("m 'a").is_open);
  EXPECT_TRUE(typed("m \"a").is_open);
  EXPECT_TRUE(typed("m a\\").is_open);
  EXPECT_FALSE(typed("m 'a' \"b\"").is_open);
  for (const char* line :
       {"m $x", "m a$", "m `a", "m *", "m ~", "m ~x", "m \"$x", "m \"!", "m !", "m {a"}) {
    EXPECT_FALSE(typed(line).is_literal) << line;
  }
  for (const char* line : {"m '$x'", "m \\$x", "m $x a", "m * ", "m a"}) {
    EXPECT_TRUE(typed(line).is_literal) << line;
  }
  EXPECT_TRUE(typed("m a >b").is_redirection);
  EXPECT_FALSE(typed("m a >b c").is_redirection);
}

}  // namespace
}  // namespace mgr::client
