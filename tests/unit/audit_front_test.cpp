// The front of a log whose older files have gone, where its first line is torn: what mgr has left
// so is no sign of tampering, and nothing that somebody has altered passes for it. As root, whose
// files they are.
#include <unistd.h>

#include <algorithm>

#include "audit_support.h"
#include "protocol/json.h"

namespace mgr {
namespace {

using client::AuditFault;
using client::AuditFindings;

constexpr int before = 12;  // lines of the file that goes, so that a number can be torn

class AuditFront : public AuditFixture {
 protected:
  void begin_file() const {
    std::filesystem::rename(paths().audit_file(),
                            paths().log_folder() + '/' + rotated_audit_name(1));
  }
  // The log goes on, and its first file goes.
  void remove_first_file() const {
    AuditLog log = open({.rotate_size = 1, .keep = 1, .journal = false});
    log.append("effect", "{}");
    ASSERT_TRUE(log.flush(true));
  }
  // As many bytes of the second file's first line as are left of it when the machine goes down.
  void make_torn_front(std::size_t left) {
    write(before);
    key_ = lines_of(paths().audit_key_file()).at(0) + '\n';
    begin_file();
    write_and_not_wait(1);
    std::filesystem::resize_file(paths().audit_file(), left);
    write(1);
  }
  std::string key_;  // on disk when the machine goes down

  static bool has_fault(const AuditFindings& findings) {
    return std::ranges::any_of(findings, [](const auto& each) { return !each.is_note(); });
  }
};

class TornFront : public AuditFront, public testing::WithParamInterface<std::size_t> {};
// Before its number, within it, behind it, and further on.
INSTANTIATE_TEST_SUITE_P(AfterBytes, TornFront, testing::Values(1, 6, 7, 8, 9, 10, 40, 200));

TEST_P(TornFront, IsNoDamageWhereTheFilesBeforeHaveGone) {
  make_torn_front(GetParam());
  const Faults torn{AuditFault::torn};
  EXPECT_EQ(faults(verify(all_lines(), {first_key()})), torn) << "the file before is there";
  remove_first_file();
  const auto all = all_lines();
  for (const auto& keys : {std::vector{first_key()}, std::vector<AuditKey>()}) {
    const auto found = verify(all, keys);
    EXPECT_EQ(faults(found), (Faults{AuditFault::torn, AuditFault::removed})) << told(found);
    EXPECT_EQ(found.at(0).place.line, 1u);
    EXPECT_EQ(found.at(1).detail, "1 to 12, it says");
  }
  EXPECT_EQ(faults(verify(lines_of(paths().log_folder() + '/' + rotated_audit_name(before + 1)),
                          {first_key()}, {}, false)),
            torn)
      << "that file alone, under its name";
}

TEST_P(TornFront, IsInTheNameOfItsFileAlsoWhereThatIsLongEnoughAtOnce) {
  write(before);
  begin_file();
  write_and_not_wait(1);
  std::filesystem::resize_file(paths().audit_file(), GetParam());
  remove_first_file();
  EXPECT_EQ(rotated_audit_names(paths().log_folder()), std::vector{rotated_audit_name(before + 1)});
  EXPECT_EQ(faults(verify(all_lines(), {first_key()})),
            (Faults{AuditFault::torn, AuditFault::removed}));
}

TEST_P(TornFront, OfTheWholeLogIsItsBeginning) {
  write_and_not_wait(1);
  std::filesystem::resize_file(paths().audit_file(), GetParam());
  write(1);
  EXPECT_EQ(faults(verify(lines(), {first_key()})), Faults{AuditFault::torn});
}

TEST_F(AuditFront, EveryChangeBehindALineThatIsTornIsFound) {
  make_torn_front(40);
  remove_first_file();
  const auto all = all_lines();
  std::size_t tried = 0;
  for (std::size_t line = 1; line < all.size(); ++line) {
    for (std::size_t at = 0; at < all[line].size(); ++at) {
      for (unsigned bit = 0; bit < 8; ++bit, ++tried) {
        auto changed = all;
        changed[line][at] = static_cast<char>(changed[line][at] ^ (1 << bit));
        ASSERT_TRUE(has_fault(verify(changed, {first_key()}))) << line << ", " << at;
      }
    }
    auto changed = all;
    changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(line));
    EXPECT_TRUE(line + 1 == all.size() || has_fault(verify(changed, {first_key()}))) << line;
  }
  EXPECT_GT(tried, 5000u);
}

TEST_F(AuditFront, NoLineIsAddedToTheTornOnesAndNoneTaken) {
  make_torn_front(40);
  remove_first_file();
  const auto all = all_lines();
  for (const auto& keys : {std::vector{first_key()}, std::vector<AuditKey>()}) {
    auto more = all;
    more.insert(more.begin(), "{");
    EXPECT_TRUE(has_fault(verify(more, keys)));
    EXPECT_EQ(faults(verify(more, keys, {}, false)), Faults{AuditFault::damaged}) << "an excerpt";
    const std::vector<std::string> fewer(all.begin() + 1, all.end());
    EXPECT_EQ(faults(verify(fewer, keys)), Faults{AuditFault::begins_late});
  }
  auto more = all;
  more.insert(more.begin(), before + 1, "{");  // more than have a number
  EXPECT_TRUE(has_fault(verify(more, {first_key()})));
}

TEST_F(AuditFront, HowManyAreTornIsTheProofsToSay) {
  make_torn_front(40);
  std::filesystem::resize_file(paths().audit_file(), 60);
  put(paths().audit_key_file(), key_);
  write(1);
  remove_first_file();
  const auto all = all_lines();
  const auto found = verify(all, {first_key()});
  EXPECT_EQ(faults(found), (Faults{AuditFault::torn, AuditFault::removed})) << told(found);
  EXPECT_TRUE(found.at(0).detail.starts_with("2 lines")) << told(found);
  EXPECT_EQ(faults(verify(all, {})), (Faults{AuditFault::damaged, AuditFault::removed}));
}

TEST_F(AuditFront, ALineThatWasWholeDoesNotPassForATornOne) {
  write(before);
  begin_file();
  write(3);
  remove_first_file();
  const auto all = all_lines();
  ASSERT_EQ(faults(verify(all, {first_key()})), Faults{AuditFault::removed});
  for (const auto& keys : {std::vector{first_key()}, std::vector<AuditKey>()}) {
    auto changed = all;
    changed[0].resize(40);
    EXPECT_EQ(faults(verify(changed, keys)).at(0), AuditFault::damaged);
  }
}

TEST_F(AuditFront, WhatWasOnDiskIsDamagedAndNotTorn) {
  write(before);
  begin_file();
  write(1);
  std::filesystem::resize_file(paths().audit_file(), 40);
  write(1);
  remove_first_file();
  const auto found = verify(all_lines(), {first_key()});
  EXPECT_EQ(faults(found), (Faults{AuditFault::damaged, AuditFault::removed})) << told(found);
}

// With the key that is there, and all that root can do.
TEST_F(AuditFront, WhoTakesTheMachineOverCannotCallALineTornThatWasOnDisk) {
  write(before);
  begin_file();
  write(1);
  AuditKey key = AuditKey::load(paths().audit_key_file()).value();
  ASSERT_EQ(key.seq(), before + 2u);
  const std::string prev(audit_hash_length, '0');
  for (const bool with_proof : {true, false}) {
    JsonWriter json;
    json.open_object()
        .member("seq", key.seq())
        .member("time", "2026-01-31T12:00:00Z")
        .member("event", audit_event::recovered)
        .member("detail", "the line before this one was torn");
    if (with_proof) json.member("proof", key.loss_proof(prev));
    json.member("prev", prev);
    json.member("mac", key.mac(json.text())).close_object();
    const std::vector<std::string> forged{lines().at(0).substr(0, 40), json.text()};
    const auto found = verify(forged, {first_key()}, {}, false);
    EXPECT_EQ(faults(found), Faults{AuditFault::damaged}) << told(found);
  }
}

}  // namespace
}  // namespace mgr
