// Test · any uid · what a comparison must not miss.
#include <gtest/gtest.h>

#include <algorithm>

#include "modules/mgr-scan/compare.h"
#include "modules/mgr-scan/outcome.h"

namespace mgr_scan {
namespace {

const std::string kHash(64, 'a');
const std::string kOther(64, 'b');

Snapshot of(std::vector<Entry> entries) { return {"/srv", std::move(entries)}; }
Entry file(const std::string& path) { return {path, kHash, 3, 0, 0, 0644, Kind::kFile}; }

std::vector<std::string> fields(const Entry& before, const Entry& after) {
  const auto differences = compare(of({before}), of({after}));
  std::vector<std::string> names;
  for (const Difference& difference : differences) {
    EXPECT_EQ(difference.type, Difference::Type::kChanged);
    for (const Change& change : difference.changes) names.emplace_back(change.field);
  }
  return names;
}

TEST(ScanCompare, EqualStatesHaveNoDifference) {
  EXPECT_TRUE(compare(of({file("a")}), of({file("a")})).empty());
  EXPECT_TRUE(compare(of({}), of({})).empty());
}

TEST(ScanCompare, TellsAddedAndRemovedAtBothEnds) {
  const auto differences = compare(of({file("a"), file("m")}), of({file("m"), file("z")}));
  ASSERT_EQ(differences.size(), 2U);
  EXPECT_EQ(differences[0].type, Difference::Type::kRemoved);
  EXPECT_EQ(differences[0].path, "a");
  EXPECT_EQ(differences[1].type, Difference::Type::kAdded);
  EXPECT_EQ(differences[1].path, "z");
}

TEST(ScanCompare, OrdersByBytesAndNotByCharacters) {
  const auto differences = compare(of({file("a"), file("\xFF")}), of({file("a"), file("\xFF")}));
  EXPECT_TRUE(differences.empty());
}

TEST(ScanCompare, TellsEveryProperty) {
  Entry after = file("a");
  after.detail = kOther;
  EXPECT_EQ(fields(file("a"), after), std::vector<std::string>{"content"});
  after = file("a");
  after.mode = 04644;
  after.uid = 1;
  after.gid = 2;
  after.size = 9;
  EXPECT_EQ(fields(file("a"), after), (std::vector<std::string>{"mode", "owner", "group", "size"}));
}

TEST(ScanCompare, FileThatCannotBeReadAnyMoreIsChanged) {
  for (const Kind kind : {Kind::kFileUnreadable, Kind::kFileUnsettled, Kind::kFileUnhashed}) {
    Entry after = file("a");
    after.kind = kind;
    EXPECT_EQ(fields(file("a"), after), std::vector<std::string>{"kind"});
  }
}

TEST(ScanCompare, FileSwappedForLinkIsChanged) {
  const Entry link{"a", "/etc/passwd", 0, 0, 0, 0644, Kind::kLink};
  EXPECT_EQ(fields(file("a"), link), std::vector<std::string>{"kind"});
  Entry other = link;
  other.detail = "/etc/shadow";
  EXPECT_EQ(fields(link, other), std::vector<std::string>{"target"});
}

TEST(ScanReport, HostileNameStaysOnItsLine) {
  Outcome outcome;
  outcome.verdict = Verdict::kChanged;
  outcome.differences = compare(of({}), of({file("x\nunchanged; 0 files\n\x1B[2J\xFF")}));
  const std::string text = report_text(outcome);
  EXPECT_EQ(text.substr(0, text.find('\n')), "added x\\x0Aunchanged; 0 files\\x0A\\x1B[2J\\xFF");
  const std::string json = report_json(outcome);
  EXPECT_EQ(std::count(json.begin(), json.end(), '\n'), 2);
  EXPECT_EQ(json.substr(0, json.find('\n')),
            R"({"type":"added","path":"x\\x0Aunchanged; 0 files\\x0A\\x1B[2J\\xFF"})");
}

TEST(ScanReport, SaysWhatChangedAndWhatIsNotChecked) {
  Entry after = file("a");
  after.detail = kOther;
  after.mode = 0755;
  Entry blind = file("b");
  blind.kind = Kind::kFileUnreadable;
  blind.detail.clear();
  Outcome outcome;
  outcome.verdict = Verdict::kChanged;
  outcome.proposal = kHash;
  outcome.differences = compare(of({file("a"), blind}), of({after, blind}));
  describe(of({after, blind}), outcome);
  EXPECT_EQ(report_text(outcome),
            "changed a (mode 0644 -> 0755, content)\n"
            "unchecked b (cannot be read)\n"
            "proposal " +
                kHash +
                "\n"
                "0 added, 1 changed, 0 removed; 2 files; 1 not checked\n");
}

TEST(ScanReport, ExitStatusTellsDifferences) {
  EXPECT_EQ(exit_status(Verdict::kUnchanged), 0);
  EXPECT_EQ(exit_status(Verdict::kProposed), 0);
  EXPECT_EQ(exit_status(Verdict::kAccepted), 0);
  EXPECT_EQ(exit_status(Verdict::kChanged), 1);
}

}  // namespace
}  // namespace mgr_scan
