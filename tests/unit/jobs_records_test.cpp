// The records of a job's folder: what is written is read, and nothing else is.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "helper/jobs/job_files.h"
#include "protocol/wire.h"

namespace mgr {
namespace {

JobSpec full_spec() {
  JobSpec spec;
  spec.id = 4711;
  spec.module = "scan";
  spec.action = "start";
  spec.key = "scan:17";
  spec.arguments = {{"task_ids", "17"}, {"note", "Größe"}};
  spec.asker = {33, 33, 1234, "alice"};
  spec.accepted_us = -5;
  spec.run.argv = {"/usr/bin/mgr-scan", "--task", "17", ""};
  spec.run.environment = {"PATH=/usr/bin", "LANG=C.UTF-8"};
  spec.run.cwd = "/srv";
  spec.run.uid = 1000;
  spec.run.gid = 1001;
  spec.run.groups = {4, 20};
  spec.run.umask = 027;
  spec.run.nice = -3;
  spec.run.timeout = std::chrono::milliseconds(1);
  spec.run.stop_grace = std::chrono::milliseconds(INT64_MAX);
  spec.run.success_exit = {2, 3};
  spec.run.retry_exit = {75, 255};
  spec.run.no_new_privileges = false;
  spec.run.input = InputKind::body;
  spec.run.paths = {{"/srv", "a/..b/c", PathKind::any}, {"/", "", PathKind::folder}};
  spec.input_bytes = 1 << 20;
  spec.request = {"id-1", checksum_of("asked"), {1, 2}};
  spec.alone = true;
  spec.delay = std::chrono::minutes(10);
  spec.boot_id = "c0ffee";
  spec.urgent = true;
  return spec;
}

ExitRecord full_exit() {
  return {JobOutcome::signalled, -9, true, false, 5, "why it ended", 1, 2, 3, 99};
}

template <typename Decode>
void expect_only_the_whole(const std::string& bytes, Decode decode) {
  ASSERT_TRUE(decode(bytes));
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_FALSE(decode(bytes.substr(0, length))) << "cut to " << length;
  }
  EXPECT_FALSE(decode(bytes + '\0'));
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(decode(flipped)) << "bit " << bit;
  }
}

TEST(JobRecords, AreReadAsTheyWereWritten) {
  EXPECT_EQ(decode_job_spec(encode(full_spec())), full_spec());
  EXPECT_EQ(decode_exit_record(encode(full_exit())), full_exit());
  const StartRecord start{77, "b"};
  EXPECT_EQ(decode_start_record(encode(start)), start);
  EXPECT_EQ(decode_next_id(encode_next_id(max_job_id)), max_job_id);
}

// The same record in another format: its payload without the last bytes, sealed anew.
std::string in_format(std::uint16_t format, const std::string& bytes, std::size_t without = 0) {
  constexpr std::size_t head = 4 + 2 + 4, seal = 16;
  const std::string payload = bytes.substr(head, bytes.size() - head - seal - without);
  std::string out = bytes.substr(0, 4);
  WireWriter(out).u16(format).text(payload);
  return out + checksum_of(out);
}

TEST(JobRecords, OfTheFormatBeforeAreReadAndOfNoOther) {
  const JobSpec spec = full_spec();
  constexpr std::size_t added = 4;  // the asker's key
  EXPECT_EQ(decode_job_spec(in_format(4, encode(spec), added)), spec);
  expect_only_the_whole(in_format(4, encode(spec), added), decode_job_spec);
  EXPECT_FALSE(decode_job_spec(in_format(4, encode(spec))));
  EXPECT_FALSE(decode_job_spec(in_format(5, encode(spec), added)));
  const StartRecord start{77, "b"};
  EXPECT_EQ(decode_start_record(in_format(4, encode(start))), start);
  EXPECT_EQ(decode_exit_record(in_format(4, encode(full_exit()))), full_exit());
  EXPECT_EQ(decode_next_id(in_format(4, encode_next_id(7))), 7U);
  for (const std::uint16_t format : std::vector<std::uint16_t>{0, 1, 2, 3, 6, 0xFFFF}) {
    EXPECT_FALSE(decode_job_spec(in_format(format, encode(spec)))) << format;
    EXPECT_FALSE(decode_job_spec(in_format(format, encode(spec), added))) << format;
    EXPECT_FALSE(decode_exit_record(in_format(format, encode(full_exit())))) << format;
  }
}

// A file from when format 4 was the newest; its first byte tells the fuzz target what it is.
TEST(JobRecords, OfTheFormatBeforeAreReadAsTheyWereOnDisk) {
  std::ifstream file(MGR_SOURCE "/tests/fuzz/corpus/job_record/spec_format_4", std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), {});
  const auto spec = decode_job_spec(std::string_view(bytes).substr(1));
  ASSERT_TRUE(spec);
  EXPECT_TRUE(spec->alone);
  EXPECT_EQ(spec->asker.uid, 33U);
  EXPECT_EQ(spec->delay, std::chrono::minutes(10));
  EXPECT_EQ(spec->run.retry_exit, std::vector<std::uint8_t>{75});
  EXPECT_TRUE(spec->asker.key.empty());
}

TEST(JobRecords, AreOfAUserOrOfAKey) {
  JobSpec spec = full_spec();
  spec.asker.key = "alice";
  EXPECT_FALSE(decode_job_spec(encode(spec))) << "of both";
  spec.asker.uid = UINT32_MAX;
  EXPECT_EQ(decode_job_spec(encode(spec)), spec);
  spec.asker.key = "no name";
  EXPECT_FALSE(decode_job_spec(encode(spec)));
}

TEST(JobRecords, TellWhetherTwoCallersAreOne) {
  const Asker nobody, user{33, 33, 7, ""}, key{UINT32_MAX, UINT32_MAX, 0, "", "alice"};
  EXPECT_TRUE(user.is_same_caller({33, 34, 8, "claimed"}));
  EXPECT_TRUE(key.is_same_caller(key));
  EXPECT_FALSE(nobody.is_same_caller(nobody));
  EXPECT_FALSE(user.is_same_caller(key));
  EXPECT_FALSE(key.is_same_caller({UINT32_MAX, UINT32_MAX, 0, "", "bob"}));
}

TEST(JobRecords, RefuseAPathThatIsNotCanonicalBeneathItsRoot) {
  const auto accepts = [](const PathToOpen& path) {
    JobSpec spec = full_spec();
    spec.run.paths = {path};
    return decode_job_spec(encode(spec)).has_value();
  };
  for (const char* beneath : {"", "a", "a/b", "...", "..a", "a..", ".a", "a b/\xFF"}) {
    EXPECT_TRUE(accepts({"/srv", beneath})) << beneath;
  }
  for (const char* beneath :
       {"/", "/a", "a/", "a//b", ".", "..", "a/..", "../a", "a/../b", "a/.", "./a", "//"}) {
    EXPECT_FALSE(accepts({"/srv", beneath})) << beneath;
  }
  EXPECT_FALSE(accepts({"/srv", std::string("a\0b", 3)}));
  EXPECT_FALSE(accepts({std::string("/srv\0", 5), "a"}));
  EXPECT_FALSE(accepts({"srv", "a"}));
  EXPECT_FALSE(accepts({"", "a"}));
  JobSpec many = full_spec();
  many.run.paths.assign(max_paths, {"/srv", "a"});
  EXPECT_TRUE(decode_job_spec(encode(many)));
  many.run.paths.push_back({"/srv", "a"});
  EXPECT_FALSE(decode_job_spec(encode(many)));
}

TEST(JobRecords, RefuseAnInputThatNoRequestCanHave) {
  JobSpec spec = full_spec();
  ++spec.input_bytes;
  EXPECT_FALSE(decode_job_spec(encode(spec)));
  for (const InputKind kind : {InputKind::none, InputKind::secret}) {
    spec.run.input = kind;
    spec.input_bytes = 1;
    EXPECT_FALSE(decode_job_spec(encode(spec)));
    spec.input_bytes = 0;
    EXPECT_TRUE(decode_job_spec(encode(spec)));
  }
}

TEST(JobRecords, RefuseARequestIdOutsideItsGrammarOrWithoutItsDigest) {
  const auto accepts = [](const RequestMark& mark) {
    JobSpec spec = full_spec();
    spec.request = mark;
    return decode_job_spec(encode(spec)).has_value();
  };
  EXPECT_TRUE(accepts({}));
  EXPECT_TRUE(accepts({std::string(64, 'x'), checksum_of(""), {}}));
  EXPECT_FALSE(accepts({std::string(65, 'x'), checksum_of(""), {}}));
  EXPECT_FALSE(accepts({"a b", checksum_of(""), {}}));
  EXPECT_FALSE(accepts({"a", "", {}}));
  EXPECT_FALSE(accepts({"a", checksum_of("") + "x", {}}));
  EXPECT_FALSE(accepts({"", checksum_of(""), {}}));
  EXPECT_FALSE(accepts({"", "", {1}}));
}

TEST(JobRecords, RefuseAnEndThatWouldBreakTheAnswersAboutIt) {
  ExitRecord exit = full_exit();
  exit.detail.assign(1025, 'x');
  EXPECT_FALSE(decode_exit_record(encode(exit)));
  for (const std::int64_t time : {INT64_MIN, std::int64_t{-1}, INT64_MAX}) {
    exit = full_exit();
    exit.ended_us = time;
    EXPECT_FALSE(decode_exit_record(encode(exit))) << time;
    EXPECT_FALSE(decode_start_record(encode(StartRecord{time, "b"}))) << time;
  }
  EXPECT_FALSE(decode_start_record(encode(StartRecord{77, std::string(65, 'b')})));
}

TEST(JobRecords, RefuseEveryTruncationAndEveryFlippedBit) {
  expect_only_the_whole(encode(full_spec()), decode_job_spec);
  expect_only_the_whole(encode(full_exit()), decode_exit_record);
  expect_only_the_whole(encode(StartRecord{77, "b"}), decode_start_record);
  expect_only_the_whole(encode_next_id(5), decode_next_id);
}

TEST(JobRecords, RefuseARecordOfAnotherKind) {
  EXPECT_FALSE(decode_exit_record(encode(StartRecord{1, ""})));
  EXPECT_FALSE(decode_start_record(encode_next_id(1)));
  EXPECT_FALSE(decode_next_id(encode(StartRecord{1, ""})));
}

TEST(JobRecords, RefuseAnIdOutsideItsRange) {
  EXPECT_FALSE(decode_next_id(encode_next_id(0)));
  EXPECT_FALSE(decode_next_id(encode_next_id(max_job_id + 1)));
}

class UnfitSpec : public ::testing::TestWithParam<void (*)(JobSpec&)> {};

TEST_P(UnfitSpec, IsRefused) {
  JobSpec spec = full_spec();
  GetParam()(spec);
  EXPECT_FALSE(decode_job_spec(encode(spec)));
}

INSTANTIATE_TEST_SUITE_P(
    JobRecords, UnfitSpec,
    ::testing::Values([](JobSpec& spec) { spec.run.uid = UINT32_MAX; },
                      [](JobSpec& spec) { spec.run.gid = UINT32_MAX; },
                      [](JobSpec& spec) { spec.run.groups.push_back(UINT32_MAX); },
                      [](JobSpec& spec) { spec.id = 0; },
                      [](JobSpec& spec) { spec.id = max_job_id + 1; },
                      [](JobSpec& spec) { spec.run.argv.clear(); },
                      [](JobSpec& spec) { spec.run.argv[0] = "mgr-scan"; },
                      [](JobSpec& spec) { spec.run.argv[1] = std::string("a\0b", 3); },
                      [](JobSpec& spec) { spec.run.environment[0] = std::string("A=\0", 3); },
                      [](JobSpec& spec) { spec.run.cwd = "srv"; },
                      [](JobSpec& spec) { spec.run.cwd = std::string("/srv\0x", 6); },
                      [](JobSpec& spec) { spec.run.umask = 01000; },
                      [](JobSpec& spec) { spec.run.nice = 20; },
                      [](JobSpec& spec) { spec.delay = std::chrono::milliseconds(-1); },
                      [](JobSpec& spec) { spec.delay = max_delay + std::chrono::seconds(1); },
                      [](JobSpec& spec) { spec.boot_id.assign(65, 'b'); },
                      [](JobSpec& spec) { spec.run.argv.emplace_back(max_record_length, 'x'); }));

}  // namespace
}  // namespace mgr
