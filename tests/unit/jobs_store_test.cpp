// The folders of the jobs: durable, counted once, and read without trust.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <thread>

#include "helper/jobs/record_file.h"
#include "helper/jobs/store.h"

namespace mgr {
namespace {

namespace fs = std::filesystem;

class JobStore : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "mgr-store-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    root_ = name;
  }
  void TearDown() override { fs::remove_all(root_); }

  [[nodiscard]] std::string folder() const { return (root_ / "lib/jobs").string(); }
  [[nodiscard]] fs::path job(std::uint64_t id) const {
    return fs::path(folder()) / std::to_string(id);
  }
  static JobSpec spec_of(std::uint64_t id) {
    JobSpec spec;
    spec.id = id;
    spec.run.argv = {"/bin/true"};
    spec.run.uid = spec.run.gid = 1;
    return spec;
  }
  static std::uint64_t make(Store& store) {
    const std::uint64_t id = store.new_id().value();
    const auto made = store.create(spec_of(id));
    EXPECT_TRUE(made) << made.error().detail;
    return id;
  }
  // As a helper does that starts, makes one job and ends.
  std::uint64_t one_more(std::uint64_t highest_in_audit = 0) {
    auto store = Store::open(folder());
    EXPECT_TRUE(store) << store.error().detail;
    EXPECT_TRUE(store->load(highest_in_audit));
    return make(*store);
  }
  static void write(const fs::path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
  }

  fs::path root_;
};

TEST_F(JobStore, FindsWhatItMade) {
  const std::uint64_t id = one_more();
  EXPECT_EQ(id, 1U);
  auto store = Store::open(folder()).value();
  const auto loaded = store.load(0);
  ASSERT_TRUE(loaded);
  ASSERT_EQ(loaded->jobs.size(), 1U);
  EXPECT_EQ(loaded->jobs[0].spec, spec_of(id));
  EXPECT_FALSE(loaded->jobs[0].records.may_have_started);
  EXPECT_FALSE(loaded->jobs[0].concluded);
  struct stat status {};
  ASSERT_EQ(stat(job(id).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700U);
  ASSERT_EQ(stat((job(id) / "spec").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST_F(JobStore, NeverGivesAnIdTwice) {
  std::set<std::uint64_t> given;
  for (int restart = 0; restart < 4; ++restart) {
    auto store = Store::open(folder()).value();
    ASSERT_TRUE(store.load(0));
    for (int i = 0; i < 300; ++i) {
      EXPECT_TRUE(given.insert(store.new_id().value()).second);
    }
  }
}

TEST_F(JobStore, NeverGivesAnIdTwiceWhenTheFolderOfTheLastIsGone) {
  const std::uint64_t id = one_more();
  fs::remove_all(job(id));
  EXPECT_GT(one_more(), id);
}

TEST_F(JobStore, GoesOnAboveTheFoldersWhenTheCounterIsGone) {
  const std::uint64_t id = one_more();
  fs::remove(fs::path(folder()) / "next-id");
  EXPECT_EQ(one_more(), id + 1);
}

TEST_F(JobStore, GoesOnAboveTheAuditWhenTheCounterIsGone) {
  (void)one_more();
  fs::remove(fs::path(folder()) / "next-id");
  EXPECT_EQ(one_more(90000), 90001U);
}

TEST_F(JobStore, DistrustsACounterThatIsDamagedOrOld) {
  const std::uint64_t id = one_more();
  const fs::path counter = fs::path(folder()) / "next-id";
  write(counter, "99");
  EXPECT_EQ(one_more(), id + 1);
  write(counter, encode_next_id(1));
  EXPECT_EQ(one_more(), id + 2);
}

TEST_F(JobStore, CountsFoldersThatDoNotDecode) {
  (void)one_more();
  fs::remove(fs::path(folder()) / "next-id");
  fs::create_directory(job(5000));
  EXPECT_EQ(one_more(), 5001U);
}

TEST_F(JobStore, EndsAtTheLargestId) {
  auto store = Store::open(folder()).value();
  ASSERT_TRUE(store.load(max_job_id - 1));
  EXPECT_EQ(store.new_id().value(), max_job_id);
  EXPECT_FALSE(store.new_id());
}

TEST_F(JobStore, SetsADamagedFolderAsideAndLoadsTheOthers) {
  const std::uint64_t damaged = one_more();
  const std::uint64_t misplaced = one_more();
  const std::uint64_t good = one_more();
  std::string bytes = encode(spec_of(damaged));
  bytes[20] = static_cast<char>(bytes[20] ^ 1);
  write(job(damaged) / "spec", bytes);
  write(job(misplaced) / "spec", encode(spec_of(good)));
  auto store = Store::open(folder()).value();
  const auto loaded = store.load(0);
  ASSERT_TRUE(loaded);
  ASSERT_EQ(loaded->jobs.size(), 1U);
  EXPECT_EQ(loaded->jobs[0].spec.id, good);
  EXPECT_EQ(loaded->set_aside.size(), 2U);
  EXPECT_TRUE(fs::exists(job(damaged) / "spec")) << "left alone";
}

TEST_F(JobStore, RemovesWhatNobodyWasPromisedAndThePowerCutOff) {
  const std::uint64_t id = one_more();
  const std::uint64_t good = one_more();
  write(job(id) / "spec", "");
  auto store = Store::open(folder()).value();
  const auto loaded = store.load(0);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->jobs.size(), 1U);
  EXPECT_TRUE(loaded->set_aside.empty());
  EXPECT_FALSE(fs::exists(job(id)));
  EXPECT_GT(store.new_id().value(), good);
}

TEST_F(JobStore, IgnoresNamesThatAreNotIds) {
  (void)one_more();
  for (const char* name : {"007", "0", "-1", "1x", "18446744073709551617", "lost+found"}) {
    fs::create_directory(fs::path(folder()) / name);
  }
  auto store = Store::open(folder()).value();
  const auto loaded = store.load(0);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->jobs.size(), 1U);
  EXPECT_TRUE(loaded->set_aside.empty());
}

TEST_F(JobStore, FindsWhatWasAcceptedAndNotYetRun) {
  {
    auto store = Store::open(folder()).value();
    ASSERT_TRUE(store.load(0));
    for (const std::uint64_t id : {3U, 4U, 5U}) store.accept(id, encode(spec_of(id)));
    ASSERT_TRUE(store.commit());
    ASSERT_TRUE(store.create(spec_of(4)));
    store.accept(6, encode(spec_of(6)));  // never committed
  }
  auto store = Store::open(folder()).value();
  const auto loaded = store.load(0).value();
  ASSERT_EQ(loaded.jobs.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(loaded.jobs[i].spec, spec_of(i + 3));
  EXPECT_FALSE(loaded.jobs[0].has_folder);
  EXPECT_TRUE(loaded.jobs[1].has_folder);
  EXPECT_GE(store.new_id().value(), 6U);
}

TEST_F(JobStore, CutsATornEndOfTheJournalOff) {
  const fs::path journal = fs::path(folder()) / "accepted";
  {
    auto store = Store::open(folder()).value();
    for (const std::uint64_t id : {3U, 4U}) store.accept(id, encode(spec_of(id)));
    ASSERT_TRUE(store.commit());
  }
  fs::resize_file(journal, fs::file_size(journal) - 1);
  {
    auto store = Store::open(folder()).value();
    ASSERT_EQ(store.load(0)->jobs.size(), 1U);
    store.accept(5, encode(spec_of(5)));
    ASSERT_TRUE(store.commit());
  }
  auto store = Store::open(folder()).value();
  const auto jobs = store.load(0)->jobs;
  ASSERT_EQ(jobs.size(), 2U);
  EXPECT_EQ(jobs[1].spec.id, 5U) << "what came after the torn end is read again";
}

TEST_F(JobStore, RepairsAFolderThatWasNotOnDiskYet) {
  {
    auto store = Store::open(folder()).value();
    for (const std::uint64_t id : {3U, 4U}) store.accept(id, encode(spec_of(id)));
    ASSERT_TRUE(store.commit());
    ASSERT_TRUE(store.create(spec_of(3)) && store.create(spec_of(4)));
  }
  fs::resize_file(job(3) / "spec", 0);
  fs::remove(job(4) / "spec");
  auto store = Store::open(folder()).value();
  const auto loaded = store.load(0).value();
  EXPECT_EQ(loaded.jobs.size(), 2U);
  EXPECT_TRUE(loaded.set_aside.empty());
}

TEST_F(JobStore, ShortensTheJournalToWhatStillWaits) {
  auto store = Store::open(folder()).value();
  for (const std::uint64_t id : {3U, 4U, 5U}) store.accept(id, encode(spec_of(id)));
  ASSERT_TRUE(store.commit());
  ASSERT_TRUE(store.create(spec_of(3)));
  EXPECT_TRUE(store.journal_may_have(3));
  const JobSpec waiting = spec_of(5);
  ASSERT_TRUE(store.rewrite_journal({&waiting}));
  EXPECT_FALSE(store.journal_may_have(3));
  EXPECT_TRUE(store.journal_may_have(5));
  ASSERT_TRUE(store.rewrite_journal({}));
  EXPECT_EQ(fs::file_size(fs::path(folder()) / "accepted"), 0U);
}

TEST_F(JobStore, TakesNoLinkForItsJournal) {
  (void)one_more();
  const fs::path journal = fs::path(folder()) / "accepted";
  fs::remove(journal);
  write(root_ / "victim", "untouched");
  fs::create_symlink(root_ / "victim", journal);
  EXPECT_FALSE(Store::open(folder()));
}

TEST_F(JobStore, CountsAttemptsByTheirRecords) {
  const std::uint64_t id = one_more();
  const auto opened = Store::open(folder())->folder(id).value();
  for (std::uint32_t attempt = 1; attempt < 4; ++attempt) {
    write(job(id) / "start", encode(StartRecord{attempt, ""}));
    write(job(id) / "exit", encode(ExitRecord()));
    ASSERT_TRUE(job_folder::set_aside(opened.get(), attempt));
    auto store = Store::open(folder()).value();
    const auto jobs = store.load(0)->jobs;
    EXPECT_EQ(jobs.at(0).attempt, attempt + 1);
    EXPECT_FALSE(jobs.at(0).records.exit || jobs.at(0).records.may_have_started);
  }
  // A helper that died between the two names.
  write(job(id) / "exit", encode(ExitRecord()));
  auto store = Store::open(folder()).value();
  EXPECT_TRUE(store.load(0)->jobs.at(0).records.exit) << "so it is set aside once more";
}

TEST_F(JobStore, RemovesAJobWithAllItsFilesAndFollowsNoLink) {
  const std::uint64_t id = one_more();
  write(root_ / "victim", "untouched");
  fs::create_symlink(root_ / "victim", job(id) / "exit");
  write(job(id) / "';touch x;'", "");
  const auto store = Store::open(folder()).value();
  store.remove(id);
  EXPECT_FALSE(fs::exists(job(id)));
  EXPECT_TRUE(fs::exists(root_ / "victim"));
}

TEST_F(JobStore, DoesNotFollowALinkInPlaceOfAFolderOrSpec) {
  const std::uint64_t id = one_more();
  const std::uint64_t other = one_more();
  fs::remove(job(id) / "spec");
  fs::create_symlink(job(other) / "spec", job(id) / "spec");
  fs::create_directory_symlink(job(other), job(other + 1));
  auto store = Store::open(folder()).value();
  const auto loaded = store.load(0);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->jobs.size(), 1U);
  EXPECT_EQ(loaded->set_aside.size(), 2U);
}

TEST_F(JobStore, ReadsNoRecordThatIsNotAShortRegularFile) {
  const std::uint64_t id = one_more();
  const fs::path exit = job(id) / "exit";
  const auto store = Store::open(folder()).value();
  const auto opened = store.folder(id).value();
  ASSERT_EQ(mkfifo(exit.c_str(), 0600), 0);
  EXPECT_FALSE(job_folder::read_records(opened.get()).exit) << "a FIFO, and it must not wait";
  fs::remove(exit);
  write(job(id) / "other", encode(ExitRecord{}));
  fs::create_symlink("other", exit);
  EXPECT_FALSE(job_folder::read_records(opened.get()).exit) << "a link";
  fs::remove(exit);
  write(exit, encode(ExitRecord{}));
  EXPECT_TRUE(job_folder::read_records(opened.get()).exit);
  fs::resize_file(exit, std::uintmax_t{1} << 30);
  EXPECT_FALSE(job_folder::read_records(opened.get()).exit) << "a GiB";
}

TEST_F(JobStore, TakesAStartThatIsTornForAStart) {
  const std::uint64_t id = one_more();
  write(job(id) / "start", "mg");
  const auto store = Store::open(folder()).value();
  const auto records = job_folder::read_records(store.folder(id).value().get());
  EXPECT_TRUE(records.may_have_started);
  EXPECT_FALSE(records.start);
}

TEST_F(JobStore, RefusesAFolderThatOthersMayEnter) {
  (void)one_more();
  fs::permissions(folder(), fs::perms::group_read, fs::perm_options::add);
  EXPECT_FALSE(Store::open(folder()));
}

TEST_F(JobStore, RefusesASecondHelper) {
  auto first = Store::open(folder());
  ASSERT_TRUE(first);
  EXPECT_FALSE(Store::open(folder()));
}

TEST_F(JobStore, WaitsForAHelperThatIsJustEnding) {
  auto first = std::make_optional(Store::open(folder()));
  ASSERT_TRUE(*first);
  std::thread ending([&] { first.reset(); });
  EXPECT_TRUE(Store::open(folder()));
  ending.join();
}

TEST_F(JobStore, ReplacesARecordWholly) {
  (void)one_more();
  const auto store = Store::open(folder()).value();
  const auto opened = store.folder(1).value();
  write(job(1) / "exit.new", "left by a crash");
  ASSERT_TRUE(replace_record(opened.get(), "exit", "first"));
  ASSERT_TRUE(replace_record(opened.get(), "exit", "second"));
  EXPECT_EQ(read_record(opened.get(), "exit").value().value(), "second");
  EXPECT_FALSE(fs::exists(job(1) / "exit.new"));
}

}  // namespace
}  // namespace mgr
