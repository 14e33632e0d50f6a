// Reading a job's output while it is written, rewritten, or hostile.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "broker/job_output.h"

namespace mgr::broker {
namespace {

// The three files, written as mgr-job writes them. Its bytes can be told by their position, attempt
// and stream, so that a reader that mixes anything up is found out.
class Files {
 public:
  Files() {
    for (Descriptor& file : files_) file = Descriptor(memfd_create("output", MFD_CLOEXEC));
  }
  [[nodiscard]] JobOutput reader() const { return JobOutput({copy(0), copy(1), copy(2)}); }

  void reopen(JobOutput& output) const { output.reopen({copy(0), copy(1), copy(2)}); }

  void put(std::size_t file, const OutputRecord& record) {
    std::string bytes;
    append_output_record(bytes, record);
    put_raw(file, bytes);
  }
  void put_raw(std::size_t file, std::string_view bytes) {
    EXPECT_EQ(pwrite(files_[file].get(), bytes.data(), bytes.size(), used_[file]),
              static_cast<ssize_t>(bytes.size()));
    used_[file] += static_cast<off_t>(bytes.size());
  }
  void empty(std::size_t file) {
    EXPECT_EQ(ftruncate(files_[file].get(), 0), 0);
    used_[file] = 0;
  }
  [[nodiscard]] off_t used(std::size_t file) const { return used_[file]; }

 private:
  [[nodiscard]] Descriptor copy(std::size_t file) const {
    return Descriptor(dup(files_[file].get()));
  }
  std::array<Descriptor, 3> files_;
  std::array<off_t, 3> used_{};
};

std::string text_of(const std::vector<PrintedRecord>& records) {
  std::string text;
  for (const PrintedRecord& record : records) {
    if (record.restarted) text += "[restarted]";
    if (record.skipped > 0) text += "[" + std::to_string(record.skipped) + "]";
    text += record.bytes;
  }
  return text;
}

std::string read_text(JobOutput& output) {
  std::string text;
  OutputBatch batch;
  do {
    batch = output.read();
    text += text_of(batch.records);
  } while (batch.more);
  return text;
}

OutputRecord out(std::uint64_t position, std::string_view bytes, std::int64_t time = 1) {
  return {position, time, OutputStream::output, bytes};
}

TEST(JobOutput, IsReadInOrderAndOnlyWhatIsNew) {
  Files files;
  JobOutput output = files.reader();
  EXPECT_EQ(read_text(output), "");
  files.put(0, out(0, "one\n"));
  EXPECT_EQ(read_text(output), "one\n");
  EXPECT_EQ(read_text(output), "");
  files.put(0, {4, 9, OutputStream::error, "two\n"});
  files.put(1, out(8, "three\n"));
  const OutputBatch batch = output.read();
  ASSERT_EQ(batch.records.size(), 2U);
  EXPECT_EQ(batch.records[0], (PrintedRecord{false, 0, 4, 9, OutputStream::error, "two\n"}));
  EXPECT_EQ(batch.records[1].bytes, "three\n");
  EXPECT_EQ(output.position(), 14U);
}

TEST(JobOutput, TellsHowMuchIsMissing) {
  Files files;
  files.put(0, out(0, "head"));
  files.put(2, out(1000, "older"));
  files.put(1, out(1005, "newer"));
  JobOutput output = files.reader();
  EXPECT_EQ(read_text(output), "head[996]oldernewer");
}

TEST(JobOutput, FollowsTheSegmentsAroundAndTellsWhatItMissed) {
  Files files;
  JobOutput output = files.reader();
  files.put(0, out(0, "H"));
  files.put(1, out(1, "a"));
  EXPECT_EQ(read_text(output), "Ha");
  files.put(1, out(2, "b"));
  files.put(2, out(3, "c"));
  files.empty(1);
  files.put(1, out(4, "d"));
  EXPECT_EQ(read_text(output), "[1]cd") << "b was overwritten before it was read";
  files.put(1, out(5, "e"));
  files.empty(2);
  files.put(2, out(6, "f"));
  EXPECT_EQ(read_text(output), "ef");
  files.empty(1);
  EXPECT_EQ(read_text(output), "");
}

TEST(JobOutput, WaitsForTheRestOfARecord) {
  Files files;
  std::string bytes;
  append_output_record(bytes, out(0, "whole"));
  JobOutput output = files.reader();
  for (const char& byte : bytes) {
    EXPECT_EQ(read_text(output), "");
    files.put_raw(0, {&byte, 1});
  }
  EXPECT_EQ(read_text(output), "whole");
}

TEST(JobOutput, BeginsAnewWithANewAttempt) {
  Files files;
  files.put(0, out(0, "first"));
  files.put(1, out(5, "tail"));
  JobOutput output = files.reader();
  EXPECT_EQ(read_text(output), "firsttail");
  files.empty(0);
  EXPECT_EQ(read_text(output), "") << "the old tail is not the new attempt's";
  EXPECT_EQ(output.position(), 0U);
  files.empty(1);
  files.put(0, out(0, "again", 2));
  EXPECT_EQ(read_text(output), "[restarted]again");
  files.empty(0);
  files.put(0, out(0, "again", 3));
  EXPECT_EQ(read_text(output), "[restarted]again") << "the same but for its time";
}

TEST(JobOutput, ReadsSoMuchAtATime) {
  Files files;
  const std::string large(max_output_bytes, 'x');
  for (std::uint64_t i = 0; i < 20; ++i) files.put(0, out(i * large.size(), large));
  JobOutput output = files.reader();
  std::size_t size = 0, calls = 0;
  OutputBatch batch;
  do {
    batch = output.read();
    const std::size_t now = text_of(batch.records).size();
    EXPECT_GT(now, 0U);
    EXPECT_LE(now, JobOutput::most_bytes);
    size += now;
    ++calls;
  } while (batch.more);
  EXPECT_EQ(size, 20 * large.size());
  EXPECT_GE(calls, 5U);
}

TEST(JobOutput, BeginsWithTheLastLines) {
  const auto last = [](const Files& files, std::size_t lines) {
    JobOutput output = files.reader();
    output.begin_with_last(lines);
    return read_text(output);
  };
  Files files;
  EXPECT_EQ(last(files, 3), "");
  files.put(0, out(0, "one\ntwo\nth"));
  files.put(0, {10, 1, OutputStream::progress, "50 half\nway"});
  files.put(1, out(121, "ree\nfour\n"));
  EXPECT_EQ(last(files, 0), "");
  EXPECT_EQ(last(files, 1), "four\n");
  EXPECT_EQ(last(files, 2), "th50 half\nway[100]ree\nfour\n");
  EXPECT_EQ(last(files, 3), "two\nth50 half\nway[100]ree\nfour\n");
  EXPECT_EQ(last(files, 100), "one\ntwo\nth50 half\nway[100]ree\nfour\n");
  files.put(1, out(130, "five"));
  EXPECT_EQ(last(files, 1), "five");
  EXPECT_EQ(last(files, 2), "four\nfive");
  JobOutput output = files.reader();
  output.begin_with_last(1);
  EXPECT_EQ(read_text(output), "five");
  files.put(1, out(134, "\nsix\n"));
  EXPECT_EQ(read_text(output), "\nsix\n") << "goes on with all";
}

TEST(JobOutput, LastLinesAreBounded) {
  Files files;
  const std::string large = std::string(max_output_bytes - 1, 'x') + '\n';
  for (std::uint64_t i = 0; i < 40; ++i) files.put(0, out(i * large.size(), large));
  files.put(0, out(40 * large.size(), "end\n"));
  JobOutput output = files.reader();
  output.begin_with_last(1000);
  const std::string text = read_text(output);
  EXPECT_LE(text.size(), JobOutput::most_bytes);
  EXPECT_TRUE(text.ends_with("x\nend\n"));
}

TEST(JobOutput, BeginsWhereAClientsKnowledgeEnds) {
  for (const auto& [from, text] : std::vector<std::pair<std::uint64_t, std::string>>{
           {0, "abcdef"}, {1, "bcdef"}, {3, "def"}, {5, "f"}, {6, ""}, {99, ""}}) {
    Files files;
    files.put(0, out(0, "abc"));
    files.put(0, out(3, "def"));
    JobOutput output = files.reader();
    output.begin_from(from);
    EXPECT_EQ(read_text(output), text) << from;
  }
}

TEST(JobOutput, IsTotalAgainstHostileFiles) {
  const std::string planted = [] {
    std::string bytes;
    append_output_record(bytes, out(UINT64_MAX - 1, "x"));
    return bytes;
  }();
  for (const std::string& bytes :
       {std::string(300000, '\0'), std::string(300000, '\xFF'), std::string("mgrO"), planted,
        planted + planted, planted.substr(1), "mgrO" + std::string(100, '\xFF')}) {
    for (std::size_t file = 0; file < 3; ++file) {
      Files files;
      if (file != 0) files.put(0, out(0, "head"));
      files.put_raw(file, bytes);
      JobOutput output = files.reader();
      (void)read_text(output);
      JobOutput last = files.reader();
      last.begin_with_last(5);
      (void)read_text(last);
    }
  }
  Files files;
  files.put(0, out(0, "a"));
  files.put_raw(0, std::string(100, '!'));
  files.put(1, out(1, "b"));
  files.put(1, out(0, "told before"));
  files.put(2, out(2, "c"));
  JobOutput output = files.reader();
  EXPECT_EQ(read_text(output), "abc") << "past what is broken";
  JobOutput nothing({});
  EXPECT_EQ(read_text(nothing), "");
}

char byte_at(std::uint64_t position, std::int64_t attempt) {
  return static_cast<char>((position * 7 + static_cast<std::uint64_t>(attempt) * 13) % 251);
}

// Writes attempts of some 200 KB into files of a few KB, as fast as it can.
void write_attempts(Files& files, int attempts) {
  for (std::int64_t attempt = 1; attempt <= attempts; ++attempt) {
    for (std::size_t file = 0; file < 3; ++file) files.empty(file);
    std::size_t current = 0;
    std::uint64_t position = 0;
    for (std::size_t i = 0; i < 400; ++i) {
      std::string bytes(1 + i * 37 % 1000, '\0');
      for (std::size_t at = 0; at < bytes.size(); ++at) bytes[at] = byte_at(position + at, attempt);
      if (files.used(current) > 4000) files.empty(current = current == 1 ? 2 : 1);
      files.put(current, out(position, bytes, attempt));
      position += bytes.size();
    }
  }
}

TEST(JobOutput, IsNeverMixedUpUnderTheReader) {
  Files files;
  JobOutput output = files.reader();
  std::atomic<bool> written = false;
  std::thread writer([&] {
    write_attempts(files, 100);
    written = true;
  });
  std::int64_t attempt = 0;
  std::uint64_t position = 0, told = 0;
  for (bool last = false; !last;) {
    last = written;
    for (const PrintedRecord& record : output.read().records) {
      if (record.restarted) position = 0;
      if (attempt == 0 || record.restarted) attempt = record.time_us;
      ASSERT_EQ(record.time_us, attempt);
      ASSERT_EQ(record.position, position + record.skipped);
      for (std::size_t at = 0; at < record.bytes.size(); ++at) {
        ASSERT_EQ(record.bytes[at], byte_at(record.position + at, attempt));
      }
      position = record.position + record.bytes.size();
      ++told;
    }
  }
  writer.join();
  EXPECT_GT(told, 0U);
  EXPECT_EQ(attempt, 100);
}

TEST(JobOutput, OpenedAnewGoesOnWhereItWas) {
  Files files;
  files.put(0, out(0, "one"));
  JobOutput output = files.reader();
  EXPECT_EQ(read_text(output), "one");
  files.put(0, out(3, "two"));
  files.reopen(output);
  EXPECT_EQ(read_text(output), "two") << "of the same attempt";
  files.empty(0);
  files.put(0, out(0, "anew", 2));
  files.reopen(output);
  EXPECT_EQ(read_text(output), "[restarted]anew");
  files.reopen(output);
  EXPECT_EQ(read_text(output), "");
}

}  // namespace
}  // namespace mgr::broker
