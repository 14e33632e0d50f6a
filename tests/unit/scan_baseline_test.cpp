// Test · any uid · the text of a baseline, as mgr-scan taken over would write it.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "modules/mgr-scan/baseline.h"

namespace mgr_scan {
namespace {

const std::string kHash(64, 'a');

Snapshot every_kind() {
  Snapshot snapshot;
  snapshot.folder = "/srv/with space\n";
  snapshot.entries = {
      {".", "", 0, 0, 0, 0755, Kind::kDirectory},
      {"a", kHash, 12, 33, 33, 0644, Kind::kFile},
      {"a\nfile 644 0 0 0 - x", kHash, 1, 0, 0, 04755, Kind::kFile},
      {"b", "1.000000000:-5.123456789", 9'000'000'000, 1, 2, 0600, Kind::kFileUnhashed},
      {"c", "", 5, 0, 0, 0, Kind::kFileUnreadable},
      {"d", "", 5, 0, 0, 0, Kind::kFileUnsettled},
      {"e", "", 0, 0, 0, 0700, Kind::kDirectoryUnreadable},
      {"f", "", 0, 0, 0, 0700, Kind::kDirectoryDeep},
      {"g", "../\xFF target\n", 0, 0, 0, 0777, Kind::kLink},
      {"h", "", 0, 0, 0, 0600, Kind::kFifo},
      {"i", "", 0, 0, 0, 0600, Kind::kSocket},
      {"j", "1:3", 0, 0, 0, 0666, Kind::kCharDevice},
      {"k", "8:0", 0, 0, 0, 0660, Kind::kBlockDevice},
      {"l", "", 0, 0, 0, 0, Kind::kMount},
      {"m", "", 0, 4294967294, 4294967294, 0, Kind::kUnknown},
  };
  return snapshot;
}

std::string with_entry(const std::string& line) {
  return "mgr-scan-baseline 1\nfolder /srv\n" + line + "\nend 1\n";
}

bool parses(const std::string& text) { return parse_baseline(text).has_value(); }

TEST(ScanBaseline, GivesBackEveryKind) {
  const auto text = encode_baseline(every_kind());
  ASSERT_TRUE(text);
  const auto parsed = parse_baseline(*text);
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(*parsed, every_kind());
}

TEST(ScanBaseline, LineBreakInNameAddsNoEntry) {
  const auto text = encode_baseline(every_kind());
  ASSERT_TRUE(text);
  EXPECT_EQ(std::count(text->begin(), text->end(), '\n'), 2 + 15 + 1);
  EXPECT_NE(text->find("a%0Afile%20644%200%200%200%20-%20x"), std::string::npos);
}

TEST(ScanBaseline, RefusesEveryTruncation) {
  const std::string text = *encode_baseline(every_kind());
  for (std::size_t length = 0; length < text.size(); ++length) {
    EXPECT_FALSE(parses(text.substr(0, length))) << length;
  }
}

TEST(ScanBaseline, RefusesWhatFollowsTheEnd) {
  const std::string text = *encode_baseline(every_kind());
  EXPECT_FALSE(parses(text + "\n"));
  EXPECT_FALSE(parses(text + text));
}

TEST(ScanBaseline, RefusesAnotherFormat) {
  EXPECT_FALSE(parses("mgr-scan-baseline 2\nfolder /srv\nend 0\n"));
  EXPECT_FALSE(parses("folder /srv\nend 0\n"));
  EXPECT_TRUE(parses("mgr-scan-baseline 1\nfolder /srv\nend 0\n"));
}

TEST(ScanBaseline, RefusesFoldersThatAreNotAbsoluteAndPlain) {
  for (const char* folder :
       {"srv", "", "/srv/..", "//srv", "/srv/", "/./srv", "/srv x", "/a%2fb"}) {
    EXPECT_FALSE(parses("mgr-scan-baseline 1\nfolder " + std::string(folder) + "\nend 0\n"))
        << folder;
  }
}

TEST(ScanBaseline, RefusesPathsThatLeadOut) {
  EXPECT_TRUE(parses(with_entry("fifo 600 0 0 0 - a/b")));
  for (const char* path : {"/a", "..", "a/../b", "a//b", "a/", "a/.", ".", "%00", "a%00b"}) {
    EXPECT_FALSE(parses(with_entry("fifo 600 0 0 0 - " + std::string(path)))) << path;
  }
}

TEST(ScanBaseline, RefusesASecondSpellingOfAPath) {
  for (const char* path : {"%61", "%2F", "%e4", "%E", "%", "%ZZ", "a%2"}) {
    EXPECT_FALSE(parses(with_entry("fifo 600 0 0 0 - " + std::string(path)))) << path;
  }
  EXPECT_TRUE(parses(with_entry("fifo 600 0 0 0 - %E4")));
}

TEST(ScanBaseline, RefusesPathsTwiceOrOutOfOrder) {
  const std::string head = "mgr-scan-baseline 1\nfolder /srv\n";
  const std::string a = "fifo 600 0 0 0 - a\n";
  const std::string b = "fifo 600 0 0 0 - b\n";
  EXPECT_TRUE(parses(head + a + b + "end 2\n"));
  EXPECT_FALSE(parses(head + b + a + "end 2\n"));
  EXPECT_FALSE(parses(head + a + a + "end 2\n"));
  EXPECT_FALSE(parses(head + a + b + "end 1\n"));
  EXPECT_FALSE(parses(head + a + b + "end 3\n"));
}

TEST(ScanBaseline, RefusesNumbersOutOfRangeOrForm) {
  for (const char* line :
       {"fifo 10000 0 0 0 - a", "fifo 8 0 0 0 - a", "fifo 0600 0 0 0 - a", "fifo -1 0 0 0 - a",
        "fifo 600 4294967296 0 0 - a", "fifo 600 +1 0 0 - a", "fifo 600 0 00 0 - a",
        "fifo 600 0 0 1 - a", "fifo 600 0 0  - a", "fifo 600 0 0 0 - a ", " fifo 600 0 0 0 - a",
        "fifo 600 0 0 0 -", "fifo 600 0 0 0", "fifo", "", "file 644 0 0 9223372036854775808 - a",
        "FIFO 600 0 0 0 - a", "fifo 600 0 0 0 x a", "fifo 600 0 0 0 - a b"}) {
    EXPECT_FALSE(parses(with_entry(line))) << line;
  }
}

TEST(ScanBaseline, RefusesDetailsOfTheWrongForm) {
  const std::string upper(64, 'A');
  EXPECT_TRUE(parses(with_entry("file 644 0 0 0 " + kHash + " a")));
  EXPECT_FALSE(parses(with_entry("file 644 0 0 0 " + upper + " a")));
  EXPECT_FALSE(parses(with_entry("file 644 0 0 0 " + kHash + "a a")));
  EXPECT_FALSE(parses(with_entry("file 644 0 0 0 - a")));
  for (const char* times :
       {"1.0:1.000000000", "1.000000000", "01.000000000:1.000000000", "-0.000000000:1.000000000",
        "1.00000000x:1.000000000", ":", "-", "9223372036854775808.000000000:1.000000000"}) {
    EXPECT_FALSE(parses(with_entry("file-unhashed 644 0 0 0 " + std::string(times) + " a")))
        << times;
  }
  for (const char* device : {"1", "1:", ":1", "1:2:3", "01:2", "4294967296:0"}) {
    EXPECT_FALSE(parses(with_entry("char-device 644 0 0 0 " + std::string(device) + " a")))
        << device;
  }
}

TEST(ScanBaseline, BoundsPathsAndTargets) {
  const std::string name(255, 'n');
  EXPECT_TRUE(parses(with_entry("fifo 600 0 0 0 - " + name)));
  EXPECT_FALSE(parses(with_entry("fifo 600 0 0 0 - " + name + "n")));
  std::string deep = "a";
  while (deep.size() <= kMaxPath) deep += "/" + name;
  EXPECT_FALSE(parses(with_entry("fifo 600 0 0 0 - " + deep)));
  const std::string target(kMaxLinkTarget, 't');
  EXPECT_TRUE(parses(with_entry("link 777 0 0 0 " + target + " a")));
  EXPECT_FALSE(parses(with_entry("link 777 0 0 0 " + target + "t a")));
}

TEST(ScanBaseline, ErrorsQuoteNothing) {
  const auto parsed = parse_baseline("root:$6$secret:19000:0\n");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().message.find("secret"), std::string::npos);
}

TEST(ScanBaseline, WhatParsesIsTheOnlyTextOfItsState) {
  const std::string text = *encode_baseline(every_kind());
  std::mt19937 random(7);  // a fixed seed: the same mutations in every run
  std::size_t parsed_count = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string mutant = text;
    for (auto edits = 1 + random() % 3; edits > 0; --edits) {
      mutant[random() % mutant.size()] = static_cast<char>(random() % 256);
    }
    const auto parsed = parse_baseline(mutant);
    if (!parsed) continue;
    ++parsed_count;
    EXPECT_EQ(*encode_baseline(*parsed), mutant);
  }
  EXPECT_GT(parsed_count, 100U);
}

}  // namespace
}  // namespace mgr_scan
