// What the verifier says of a log beyond single changes: its front, its head, its numbers, its
// keys.
#include <unistd.h>

#include "audit_support.h"
#include "protocol/audit_files.h"

namespace mgr {
namespace {

using client::AuditFault;
using client::AuditHead;

class AuditVerifierTest : public AuditFixture {
 protected:
  void SetUp() override {
    AuditFixture::SetUp();
    AuditLog log = open();
    for (int i = 0; i < 6; ++i) log.append("effect", R"({"module":"scan"})");
    ASSERT_TRUE(log.flush(true));
    lines_ = lines();
  }
  std::vector<std::string> lines_;
};

TEST_F(AuditVerifierTest, AFrontThatNobodySaidWasRemovedIsFound) {
  const std::vector<std::string> rest(lines_.begin() + 2, lines_.end());
  EXPECT_EQ(faults(verify(rest, {first_key()})), Faults{AuditFault::begins_late});
  EXPECT_EQ(faults(verify(rest, {first_key()}, {}, false)), Faults{}) << "an excerpt";
}

// Whoever is root can remove files and say so: what a head was to show is not shown without it.
TEST_F(AuditVerifierTest, AHeadWhoseFileHasGoneIsNoLogThatWasCutOffAndNoGoodOne) {
  const AuditHead head{2, audit_hash(lines_[1])};
  EXPECT_EQ(faults(verify(lines_, {first_key()}, head)), Faults{});
  const std::vector<std::string> rest(lines_.begin() + 2, lines_.end());
  EXPECT_EQ(faults(verify(rest, {first_key()}, head)),
            (Faults{AuditFault::begins_late, AuditFault::head_gone}));
  EXPECT_EQ(faults(verify(rest, {first_key()}, head, false)), Faults{AuditFault::head_gone});
  const AuditHead later{9, head.hash};
  EXPECT_EQ(faults(verify(rest, {first_key()}, later, false)), Faults{AuditFault::cut_off});
  AuditLog log = open({.rotate_size = 1, .keep = 1, .journal = false});
  for (int i = 0; i < 2; ++i) {
    log.append("effect", "{}");
    ASSERT_TRUE(log.flush(true));
  }
  EXPECT_EQ(faults(verify(all_lines(), {first_key()}, head)),
            (Faults{AuditFault::removed, AuditFault::head_gone}));
}

TEST_F(AuditVerifierTest, ALogThatEndsBeforeTheLineOfItsKeyIsCutOff) {
  EXPECT_EQ(faults(verify({}, {first_key()})), Faults{AuditFault::cut_off});
  const AuditKey later = AuditKey::random(7);
  EXPECT_EQ(faults(verify(lines_, {later})), Faults{AuditFault::cut_off}) << "nothing was checked";
  EXPECT_EQ(faults(verify(lines_, {later}, {}, false)), Faults{}) << "an excerpt";
}

TEST_F(AuditVerifierTest, ANumberThatIsEditedIsOneFindingAndNotALogOfThem) {
  auto edited = lines_;
  edited[2].replace(0, 8, "{\"seq\":8");
  EXPECT_EQ(faults(verify(edited, {})).at(0), AuditFault::edited);
  EXPECT_EQ(verify(edited, {}).at(0).place.line, 3u);
  EXPECT_LE(verify(edited, {first_key()}).size(), 2u);
}

TEST_F(AuditVerifierTest, AnEditedLineIsNamedByItsMacOrByTheNextLine) {
  auto edited = lines_;
  edited[2].replace(edited[2].find("scan"), 4, "ping");
  for (const auto& found : {verify(edited, {first_key()}), verify(edited, {})}) {
    ASSERT_EQ(faults(found), Faults{AuditFault::edited}) << told(found);
    EXPECT_EQ(found[0].place.line, 3u);
  }
}

TEST_F(AuditVerifierTest, ANumberOutOfReachEndsNoMachine) {
  auto edited = lines_;
  edited[2].replace(0, 8, "{\"seq\":9007199254740991");
  char& digit = edited[2].at(edited[2].find("\"prev\":\"") + 8);
  digit = digit == '0' ? '1' : '0';  // what is no hex digit would make it no line at all
  const auto found = verify(edited, {first_key()});
  EXPECT_EQ(found.at(0).fault, AuditFault::too_far) << told(found);
}

TEST_F(AuditVerifierTest, AHeadIsOneOfItsForm) {
  const std::string hash(64, 'a');
  EXPECT_TRUE(AuditHead::parse("1:" + hash));
  for (const std::string& text :
       {"0:" + hash, ":" + hash, "x:" + hash, "1" + hash, "1:" + hash + "a", "1:" + hash.substr(1),
        "1:" + hash.substr(1) + "A", "-1:" + hash}) {
    EXPECT_FALSE(AuditHead::parse(text)) << text;
  }
}

TEST_F(AuditVerifierTest, AKeyIsOneOfItsForm) {
  AuditKeyText text;
  first_key().write(text);
  const std::string good(text.data(), text.size());
  ASSERT_TRUE(AuditKey::parse(good));
  std::size_t tried = 0;
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (unsigned bit = 0; bit < 8; ++bit, ++tried) {
      std::string other = good;
      other[at] = static_cast<char>(other[at] ^ (1 << bit));
      EXPECT_FALSE(AuditKey::parse(other)) << other;
    }
    EXPECT_FALSE(at + 1 < good.size() && AuditKey::parse(good.substr(0, at)));
  }
  EXPECT_EQ(tried, audit_key_text_length * 8);
}

TEST_F(AuditVerifierTest, TheLogIsOneOverItsFilesAndTheOldestGo) {
  {
    AuditLog log = open({.rotate_size = 2000, .keep = 3, .journal = false});
    for (int i = 0; i < 100; ++i) {
      log.append("effect", R"({"module":"scan"})");
      ASSERT_TRUE(log.flush(i % 3 == 0));
    }
  }
  const std::string folder = paths().log_folder();
  EXPECT_EQ(rotated_audit_names(folder).size(), 3u);
  const auto all = all_lines();
  const auto found = verify(all, {first_key()});
  ASSERT_EQ(faults(found), Faults{AuditFault::removed}) << told(found);
  EXPECT_NE(all.at(found[0].place.line - 1).find("audit_removed"), std::string::npos);
  EXPECT_GT(all.size(), 12u);
  EXPECT_FALSE(std::filesystem::exists(folder + "/audit.jsonl.new"));
}

}  // namespace
}  // namespace mgr
