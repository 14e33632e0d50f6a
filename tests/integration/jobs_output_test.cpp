// What a command prints, what it says of its progress and what it used: captured by a real mgr-job
// with its user's rights, bounded, and told to those that ask.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <iterator>

#include "helper/jobs/control_socket.h"
#include "protocol/archive.h"
#include "protocol/output_record.h"
#include "tests/integration/jobs_fixture.h"

namespace mgr {
namespace {

namespace fs = std::filesystem;

// A record that owns its bytes.
struct Kept {
  OutputRecord record;
  std::string bytes;
};

class JobOutput : public JobsTest {
 protected:
  [[nodiscard]] JobSpec shell(const std::string& script) const {
    JobSpec spec = probe({"shell"});
    spec.run.argv = {"/bin/sh", "-c", script};
    spec.run.environment = {"PATH=/usr/bin:/bin"};
    return spec;
  }

  [[nodiscard]] std::string file(std::uint64_t id, const char* name) const {
    std::ifstream in(job_folder(id) / name);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  // The records of the files in their order; every byte of them must be of a record.
  [[nodiscard]] std::vector<Kept> kept(std::uint64_t id) const {
    std::vector<Kept> all;
    for (const char* name : output_file_names) {
      const std::string bytes = file(id, name);
      std::string_view rest = bytes;
      OutputRecord record;
      while (take_output_record(rest, record) == OutputDecoding::record) {
        all.push_back({record, std::string(record.bytes)});
      }
      EXPECT_TRUE(rest.empty()) << name;
    }
    std::ranges::sort(all, {}, [](const Kept& one) { return one.record.position; });
    return all;
  }

  [[nodiscard]] std::string printed(std::uint64_t id, OutputStream stream) const {
    std::string text;
    for (const Kept& one : kept(id)) {
      if (one.record.stream == stream) text += one.bytes;
    }
    return text;
  }

  [[nodiscard]] Descriptor connect(std::uint64_t id) const {
    const Descriptor folder(open(job_folder(id).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    auto control = connect_to_control(folder.get());
    EXPECT_TRUE(control);
    return control ? std::move(*control) : Descriptor();
  }
};

void say(const Descriptor& control, std::string_view message) {
  EXPECT_EQ(send(control.get(), message.data(), message.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(message.size()));
}

// The next note; nothing at the hang-up.
std::optional<ControlNote> next_note(const Descriptor& control) {
  pollfd polled{control.get(), POLLIN, 0};
  EXPECT_EQ(poll(&polled, 1, 30000), 1) << "no note came";
  char bytes[64] = {};
  const ssize_t length = recv(control.get(), bytes, sizeof(bytes), MSG_DONTWAIT);
  if (length <= 0) return std::nullopt;
  const auto note = decode<ControlNote>({bytes, static_cast<std::size_t>(length)});
  EXPECT_TRUE(note);
  return note;
}

bool wait_for_note(const Descriptor& control, const ControlNote& wanted) {
  while (const auto note = next_note(control)) {
    if (*note == wanted) return true;
  }
  return false;
}

TEST_F(JobOutput, IsKeptInItsOrderWithItsTimes) {
  const Fifo go(work_ / "go"), ready(work_ / "ready");
  JobSpec spec = shell(
      "echo r > ready; read x < go; echo one; read x < go; echo two >&2; read x < go; echo three");
  const std::uint64_t id = start(spec);
  ASSERT_TRUE(ready.wait_for(2));
  const Descriptor control = connect(id);
  say(control, follow_message);
  for (const std::uint64_t bytes : {0U, 4U, 8U}) {
    ASSERT_TRUE(wait_for_note(control, {ControlNoteKind::output, bytes}));
    go.write('\n');
  }
  const Job job = end_of(id);
  EXPECT_EQ(job.state, JobState::succeeded);
  EXPECT_EQ(job.exit->output_bytes, 14U);
  const std::vector<Kept> records = kept(id);
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[0].bytes, "one\n");
  EXPECT_EQ(records[1].bytes, "two\n");
  EXPECT_EQ(records[1].record.stream, OutputStream::error);
  EXPECT_EQ(records[2].bytes, "three\n");
  std::int64_t before = job.start->started_us;
  std::uint64_t position = 0;
  for (const Kept& one : records) {
    EXPECT_LE(before, one.record.time_us);
    EXPECT_EQ(one.record.position, position);
    before = one.record.time_us;
    position = one.record.end();
  }
  EXPECT_LE(before, job.exit->ended_us);
  for (const char* name : output_file_names) {
    EXPECT_EQ(fs::status(job_folder(id) / name).permissions(), fs::perms(0600));
  }
}

TEST_F(JobOutput, KeepsTheBeginningAndTheEndAndTheSizeOfTheMiddle) {
  JobSpec spec = shell("i=0; while [ $i -lt 5000 ]; do echo line $i; i=$((i+1)); done");
  spec.run.output_limit = 4000;
  const std::uint64_t id = start(spec);
  const Job job = end_of(id);
  std::uint64_t end = 0, missing = 0, gaps = 0;
  const std::vector<Kept> records = kept(id);
  for (const Kept& one : records) {
    if (one.record.position > end) ++gaps;
    missing += one.record.position - end;
    end = one.record.end();
  }
  EXPECT_EQ(gaps, 1U);
  EXPECT_EQ(end, job.exit->output_bytes);
  EXPECT_GT(missing, job.exit->output_bytes - spec.run.output_limit);
  const std::string text = printed(id, OutputStream::output);
  EXPECT_TRUE(text.starts_with("line 0\nline 1\n"));
  EXPECT_TRUE(text.ends_with("line 4998\nline 4999\n"));
  EXPECT_LE(file(id, "output.head").size(), 2000U);
  EXPECT_LE(file(id, "output.tail0").size(), 1000U);
  EXPECT_LE(file(id, "output.tail1").size(), 1000U);
}

TEST_F(JobOutput, FloodIsBoundedOnDiskAndCountedInFull) {
  JobSpec spec = shell("head -c 50000000 /dev/zero; head -c 50000 /dev/zero >&2");
  spec.run.output_limit = 65536;
  const std::uint64_t id = start(spec);
  const Job job = end_of(id);
  EXPECT_EQ(job.state, JobState::succeeded);
  EXPECT_EQ(job.exit->output_bytes, 50050000U);
  std::size_t size = 0;
  for (const char* name : output_file_names) size += file(id, name).size();
  EXPECT_LE(size, 65536U);
  EXPECT_GE(size, 65536U / 2);
  EXPECT_EQ(kept(id).back().record.end(), 50050000U);
}

TEST_F(JobOutput, NothingIsKeptWhereNothingShallBe) {
  for (const std::uint64_t limit : {0U, 1U, 50U, 103U}) {
    JobSpec spec = shell("head -c 1000000 /dev/zero; echo 50 half >&3");
    spec.run.output_limit = limit;
    spec.run.progress = true;
    const std::uint64_t id = start(spec);
    const Job job = end_of(id);
    EXPECT_EQ(job.exit->output_bytes, 1000000U);
    EXPECT_EQ(job.exit->progress, 50);
    std::size_t size = 0;
    for (const char* name : output_file_names) size += file(id, name).size();
    EXPECT_LE(size, limit);
  }
}

// A limit of file sizes stands for a full disk: a write is cut off, the next ones fail.
TEST_F(JobOutput, FullDiskLosesOutputAndNeverTheJob) {
  const int status = status_in_a_helper([this] {
    const rlimit small{16384, 16384};
    if (setrlimit(RLIMIT_FSIZE, &small) != 0) return 2;
    open_jobs();
    const Job job = run(shell("head -c 1000000 /dev/zero; echo end >&2"));
    return job.state == JobState::succeeded && job.exit->output_bytes == 1000004 ? 0 : 1;
  });
  EXPECT_EQ(status, 0);
  EXPECT_LE(file(1, "output.head").size(), 16384U);
  EXPECT_EQ(kept(1).back().bytes, "end\n") << "what fits is kept, and nothing by halves";
}

TEST_F(JobOutput, FloodDoesNotHoldUpAStop) {
  const Fifo ready(work_ / "ready");
  JobSpec spec = shell("trap '' TERM; echo > ready; cat /dev/zero | cat >&2 & cat /dev/zero");
  spec.run.stop_grace = std::chrono::milliseconds(10);
  const std::uint64_t id = start(spec);
  ASSERT_TRUE(ready.wait_for(1));
  jobs_->stop(id);
  EXPECT_EQ(end_of(id).state, JobState::stopped);
}

TEST_F(JobOutput, CharactersAreNotTornApart) {
  const Fifo ready(work_ / "ready"), go(work_ / "go");
  JobSpec spec = shell("printf 'a\\303'; read x < go; printf '\\244b\\303'");
  const std::uint64_t id = start(spec);
  const Descriptor control = connect(id);
  say(control, follow_message);
  ASSERT_TRUE(wait_for_note(control, {ControlNoteKind::output, 2}));
  go.write('\n');
  end_of(id);
  const std::vector<Kept> records = kept(id);
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[0].bytes, "a");
  EXPECT_EQ(records[1].bytes, "\u00E4b");
  EXPECT_EQ(records[2].bytes, "\xC3") << "what never was a character is kept too";
}

TEST_F(JobOutput, CommandMayOpenItsOwnStreams) {
  const std::uint64_t id = start(shell("echo out > /dev/stdout; echo err > /dev/stderr"));
  EXPECT_EQ(end_of(id).state, JobState::succeeded);
  EXPECT_EQ(printed(id, OutputStream::output), "out\n");
  EXPECT_EQ(printed(id, OutputStream::error), "err\n");
}

TEST_F(JobOutput, WriterOutsideTheCgroupDoesNotKeepTheJobAlive) {
  const Fifo ready(work_ / "ready"), go(work_ / "go");
  const std::uint64_t id = start(shell("echo r > ready; read x < go; echo last words"));
  ASSERT_TRUE(ready.wait_for(2));
  pid_t pid = 0;
  std::ifstream(leaf(id) / "cgroup.procs") >> pid;
  const Descriptor held(
      open(("/proc/" + std::to_string(pid) + "/fd/1").c_str(), O_WRONLY | O_CLOEXEC));
  ASSERT_TRUE(held);
  go.write('\n');
  EXPECT_EQ(end_of(id).state, JobState::succeeded);
  EXPECT_EQ(printed(id, OutputStream::output), "last words\n");
}

TEST_F(JobOutput, ProgressIsToldToEveryPeerAndKept) {
  const Fifo ready(work_ / "ready"), go(work_ / "go");
  JobSpec spec =
      shell("echo 7 a beginning >&3; read x < go; echo 42 some way >&3; read x < go; echo 100 >&3");
  spec.run.progress = true;
  const std::uint64_t id = start(spec);
  const Descriptor early = connect(id);
  EXPECT_EQ(next_note(early), (ControlNote{ControlNoteKind::progress, 7}));
  const Descriptor late = connect(id);
  EXPECT_EQ(next_note(late), (ControlNote{ControlNoteKind::progress, 7}));
  go.write('\n');
  EXPECT_EQ(next_note(early), (ControlNote{ControlNoteKind::progress, 42}));
  EXPECT_EQ(next_note(late), (ControlNote{ControlNoteKind::progress, 42}));
  go.write('\n');
  EXPECT_EQ(end_of(id).exit->progress, 100);
  EXPECT_EQ(next_note(early), (ControlNote{ControlNoteKind::progress, 100}));
  EXPECT_EQ(next_note(early), std::nullopt);
  EXPECT_EQ(printed(id, OutputStream::progress), "7 a beginning42 some way100");
  EXPECT_EQ(ended_.back().exit->output_bytes, 0U) << "progress is not output";
}

TEST_F(JobOutput, FloodOfProgressCountsItsLastLine) {
  const Fifo ready(work_ / "ready"), go(work_ / "go");
  JobSpec spec = shell(
      "i=0; while [ $i -lt 20000 ]; do echo $((i%90)) $i; i=$((i+1)); done >&3; echo 95 end >&3");
  spec.run.progress = true;
  const std::uint64_t id = start(spec);
  const Job job = end_of(id);
  EXPECT_EQ(job.exit->progress, 95);
  const std::vector<Kept> records = kept(id);
  EXPECT_EQ(records.back().bytes, "95 end");
  // Four a second, its first and its last.
  const auto seconds = (job.exit->ended_us - job.start->started_us) / 1000000;
  EXPECT_LE(static_cast<std::int64_t>(records.size()), 4 * (seconds + 1) + 2);
}

TEST_F(JobOutput, HostileProgressCountsForNothing) {
  for (const char* line : {"101 over", "-1 under", "+5", " 5", "0x10", "5five", "1000", "0000", "",
                           "NaN", "4294967296", "\\0005", "5\\000 nul"}) {
    JobSpec spec = shell("printf '50 good\\n" + std::string(line) + "\\n' >&3");
    spec.run.progress = true;
    EXPECT_EQ(run(spec).exit->progress, 50) << line;
  }
  JobSpec spec = shell("head -c 3000000 /dev/zero >&3; printf '\\n60 good\\n99 unfinished' >&3");
  spec.run.progress = true;
  EXPECT_EQ(run(spec).exit->progress, 60);
  spec = shell("printf '61 ' >&3; head -c 3000000 /dev/zero | tr '\\0' x >&3; echo >&3");
  spec.run.progress = true;
  const Job job = run(spec);
  EXPECT_EQ(job.exit->progress, 61);
  EXPECT_EQ(printed(job.spec.id, OutputStream::progress).size(), 256U);
}

TEST_F(JobOutput, OutputIsToldToThoseThatFollowAndTheLastStateAlways) {
  const Fifo ready(work_ / "ready"), go(work_ / "go");
  const std::uint64_t id = start(shell("echo r > ready; read x < go; head -c 3000000 /dev/zero"));
  ASSERT_TRUE(ready.wait_for(2));
  const Descriptor follower = connect(id), other = connect(id);
  say(follower, follow_message);
  EXPECT_EQ(next_note(follower), (ControlNote{ControlNoteKind::output, 0}));
  go.write('\n');
  end_of(id);
  std::uint64_t last = 0;
  while (const auto note = next_note(follower)) {
    EXPECT_EQ(note->kind, ControlNoteKind::output);
    EXPECT_GT(note->value, last);
    last = note->value;
  }
  EXPECT_EQ(last, 3000000U);
  EXPECT_EQ(next_note(other), std::nullopt) << "who did not ask is not told";
}

TEST_F(JobOutput, WhoFollowsMayStopLater) {
  const Fifo ready(work_ / "ready");
  const std::uint64_t id = start(shell("echo r > ready; exec sleep 1000"));
  ASSERT_TRUE(ready.wait_for(2));
  const Descriptor control = connect(id);
  say(control, follow_message);
  EXPECT_EQ(next_note(control), (ControlNote{ControlNoteKind::output, 0}));
  say(control, stop_message);
  EXPECT_EQ(end_of(id).state, JobState::stopped);
}

TEST_F(JobOutput, PeerThatNeverReadsHoldsNothingUp) {
  const Fifo ready(work_ / "ready"), go(work_ / "go");
  const std::uint64_t id = start(shell("echo r > ready; read x < go; echo end"));
  ASSERT_TRUE(ready.wait_for(2));
  const Descriptor control = connect(id);
  // Each asks for a note at once; far more than a socket holds.
  for (int i = 0; i < 5000; ++i) {
    pollfd polled{control.get(), POLLOUT, 0};
    ASSERT_EQ(poll(&polled, 1, 30000), 1);
    say(control, follow_message);
  }
  go.write('\n');
  EXPECT_EQ(end_of(id).state, JobState::succeeded);
}

TEST_F(JobOutput, UseIsRecorded) {
  const Job job = run(shell("i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done"));
  EXPECT_GT(job.exit->processor_us, 0U);
  EXPECT_GT(job.exit->peak_memory, 100000U);
  EXPECT_EQ(job.exit->progress, std::nullopt);
}

TEST_F(JobOutput, PlantedFileIsNotFollowed) {
  const fs::path victim = base_ / "victim";
  std::ofstream(victim) << "untouched";
  std::uint64_t id = start(probe({"exit", "0"}));
  end_of(id);
  for (const char* name : output_file_names) {
    for (const bool link : {true, false}) {
      const fs::path folder = job_folder(++id);
      ASSERT_TRUE(fs::create_directory(folder));
      if (link) {
        fs::create_symlink(victim, folder / name);
      } else {
        ASSERT_EQ(mkfifo((folder / name).c_str(), 0600), 0);
      }
      close_jobs();
      JobSpec spec = probe({"exit", "0"});
      spec.id = id;
      std::ofstream(folder / "spec") << encode(spec);
      open_jobs();
      const Job job = end_of(id);
      EXPECT_EQ(job.exit->outcome, JobOutcome::could_not_start);
      EXPECT_TRUE(job.exit->detail.starts_with("output: " + std::string(name))) << job.exit->detail;
    }
  }
  EXPECT_EQ(fs::file_size(victim), 9U);
}

}  // namespace
}  // namespace mgr
