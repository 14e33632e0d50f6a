// Every change of a log of a thousand lines is found: each bit that is flipped, each line that is
// removed, doubled or swapped. What was tried is counted.
#include <algorithm>
#include <random>

#include "audit_support.h"

namespace mgr {
namespace {

using client::AuditFindings;
using client::AuditHead;
using client::AuditVerifier;

constexpr std::size_t count = 1000;
constexpr std::size_t parts = 8;

class AuditChanges : public AuditFixture {
 protected:
  void SetUp() override {
    AuditFixture::SetUp();
    AuditLog log = open();
    for (std::size_t i = 0; i < count; ++i) log.append("sums", i % 3 == 0 ? "{}" : R"({"n":1})");
    ASSERT_TRUE(log.flush(false));
    lines_ = lines();
    ASSERT_EQ(lines_.size(), count);
  }

  // How each of the two that verify stands before each line.
  void use(std::vector<AuditKey> keys, bool with_head) {
    std::optional<AuditHead> head;
    if (with_head) head = AuditHead{count, audit_hash(lines_.back())};
    AuditVerifier verifier(std::move(keys), std::move(head), true);
    AuditFindings findings;
    before_.clear();
    for (std::size_t i = 0; i < count; ++i) {
      before_.push_back(verifier);
      verifier.take(lines_[i], {0, i + 1}, findings);
    }
    verifier.finish(false, findings);
    ASSERT_TRUE(findings.empty()) << told(findings);
  }
  void use_key() { use({first_key()}, false); }
  void use_head() { use({}, true); }

  static bool has_fault(const AuditFindings& findings) {
    return std::ranges::any_of(findings, [](const auto& each) { return !each.is_note(); });
  }

  // Whether something is found where `changed`, bytes with their line feeds, stands in the place of
  // the lines from `from` on, and `then` comes after it.
  bool finds(std::size_t from, std::string_view changed, std::size_t then) {
    AuditVerifier verifier = before_[from];
    AuditFindings findings;
    std::string joined;
    if (!changed.empty() && changed.back() != '\n' && then < count) {
      joined = std::string(changed) + lines_[then++] + '\n';
      changed = joined;
    }
    while (!changed.empty() && changed.find('\n') != changed.npos) {
      const std::size_t end = changed.find('\n');
      verifier.take(changed.substr(0, end), {}, findings);
      changed.remove_prefix(end + 1);
      if (has_fault(findings)) return true;
    }
    if (!changed.empty()) verifier.take(changed, {}, findings);
    for (; then < count; ++then) {
      verifier.take(lines_[then], {}, findings);
      if (has_fault(findings)) return true;
    }
    verifier.finish(!changed.empty(), findings);
    return has_fault(findings);
  }

  // Of every so many lines, from one of the first on: a test each, so that they run beside each
  // other.
  void try_every_bit(std::size_t first) {
    std::size_t tried = 0, bits = 0;
    for (std::size_t i = first; i < count; i += parts) {
      std::string line = lines_[i] + '\n';
      bits += line.size() * 8;
      for (std::size_t at = 0; at < line.size(); ++at) {
        for (unsigned bit = 0; bit < 8; ++bit, ++tried) {
          const char kept = line[at];
          line[at] = static_cast<char>(kept ^ (1 << bit));
          if (!finds(i, line, i + 1)) FAIL() << "line " << i + 1 << ", byte " << at << ": " << line;
          line[at] = kept;
        }
      }
    }
    EXPECT_EQ(tried, bits);
    EXPECT_GT(tried, count / parts * 200 * 8);
    std::printf("%zu bits flipped, each found\n", tried);
  }

  void try_every_line(bool last_too) {
    std::size_t removed = 0, doubled = 0, swapped = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (i + 1 < count || last_too) removed += finds(i, "", i + 1) ? 1U : 0U;
      doubled += finds(i, lines_[i] + '\n' + lines_[i] + '\n', i + 1) ? 1U : 0U;
      if (i + 1 == count) continue;
      swapped += finds(i, lines_[i + 1] + '\n' + lines_[i] + '\n', i + 2) ? 1U : 0U;
    }
    EXPECT_EQ(removed, last_too ? count : count - 1);
    EXPECT_EQ(doubled, count);
    EXPECT_EQ(swapped, count - 1);
  }

  // Any two, wherever they are; and a line that is moved.
  void try_any_two() {
    std::mt19937 random(8);
    std::uniform_int_distribution<std::size_t> any(0, count - 1);
    std::size_t tried = 0;
    for (; tried < 3000; ++tried) {
      std::size_t one = any(random), other = any(random);
      if (one == other) other = one == 0 ? 1 : one - 1;
      if (one > other) std::swap(one, other);
      std::string bytes = lines_[other] + '\n';
      for (std::size_t i = one + 1; i < other; ++i) bytes += lines_[i] + '\n';
      EXPECT_TRUE(finds(one, bytes, other)) << "line " << other << " moved to " << one;
      EXPECT_TRUE(finds(one, bytes + lines_[one] + '\n', other + 1)) << one << ", " << other;
    }
    EXPECT_EQ(tried, 3000u);
  }

  std::vector<std::string> lines_;
  std::vector<AuditVerifier> before_;
};

class AuditBits : public AuditChanges, public testing::WithParamInterface<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(OfEachLine, AuditBits, testing::Range<std::size_t>(0, parts));

TEST_P(AuditBits, EachIsFoundWithTheFirstKey) {
  use_key();
  try_every_bit(GetParam());
}

TEST_P(AuditBits, EachIsFoundWithANotedHeadAlone) {
  use_head();
  try_every_bit(GetParam());
}

TEST_F(AuditChanges, EveryRemovedDoubledOrSwappedLineIsFoundWithTheFirstKey) {
  use_key();
  try_every_line(false);  // that the last is missing shows against a head alone
  try_any_two();
}

TEST_F(AuditChanges, EveryRemovedDoubledOrSwappedLineIsFoundWithANotedHeadAlone) {
  use_head();
  try_every_line(true);
  try_any_two();
}

TEST_F(AuditChanges, EveryCutOffTailIsFoundAgainstAHead) {
  use({first_key()}, true);
  std::size_t tried = 0;
  for (std::size_t i = 0; i < count; ++i, ++tried) EXPECT_TRUE(finds(i, "", count)) << i;
  EXPECT_EQ(tried, count);
}

}  // namespace
}  // namespace mgr
