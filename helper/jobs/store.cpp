// Helper, root; distrusts every file of the folder.
#include "helper/jobs/store.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <set>
#include <utility>

#include "helper/jobs/file_lock.h"
#include "helper/jobs/record_file.h"

namespace mgr {
namespace {

constexpr std::uint64_t id_block = 4096;
constexpr std::string_view gone_prefix = "gone.";
constexpr const char* next_id_file = "next-id";
constexpr const char* reserve_file = "reserve";
constexpr off_t reserve_bytes = 128 << 10;
constexpr int folder_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

Result<std::vector<std::string>> names_in(int folder) {
  struct Close {
    void operator()(DIR* stream) const { closedir(stream); }
  };
  Descriptor again(openat(folder, ".", folder_flags));
  const std::unique_ptr<DIR, Close> stream(fdopendir(again.get()));
  if (!stream) return fail_errno("reading the jobs folder");
  (void)again.release();
  std::vector<std::string> names;
  while (const dirent* entry = readdir(stream.get())) names.emplace_back(entry->d_name);
  return names;
}

}  // namespace

Result<Store> Store::open(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(folder).parent_path(), error);
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return fail_errno(folder);
  Descriptor opened(::open(folder.c_str(), folder_flags));
  if (!opened) return fail_errno(folder);
  struct stat status {};
  if (fstat(opened.get(), &status) != 0) return fail_errno(folder);
  if (status.st_uid != geteuid() || (status.st_mode & 077) != 0) {
    return fail(ErrorCode::failed, folder + ": must belong to root alone (0700)");
  }
  if (!take_lasting_lock(opened.get())) {
    return fail(ErrorCode::conflict, folder + ": another mgr-helper uses it");
  }
  auto journal = Journal::open(opened.get());
  if (!journal) return tl::unexpected(journal.error());
  return Store(std::move(opened), std::move(*journal));
}

Result<Store::Loaded> Store::load(std::uint64_t highest_in_audit) {
  const auto accepted = journal_.read();
  if (!accepted) return tl::unexpected(accepted.error());
  const auto names = names_in(folder_.get());
  if (!names) return tl::unexpected(names.error());
  std::set<std::uint64_t> folders;
  for (const std::string& name : *names) {
    if (name.starts_with(gone_prefix)) remove_folder(name);
    if (const auto id = parse_job_id(name)) folders.insert(*id);
  }
  Loaded loaded;
  std::uint64_t highest = std::max(highest_in_audit, folders.empty() ? 0 : *folders.rbegin());
  for (const JobSpec& spec : *accepted) {
    highest = std::max(highest, spec.id);
    in_journal_.insert(spec.id);
    const auto opened = folder(spec.id);
    if (opened && job_folder::repair(opened->get(), spec)) continue;
    // What it holds beside its spec counts; the journal keeps that until it can be repaired.
    auto records = opened ? job_folder::read_records(opened->get()) : JobRecords();
    const bool has_folder = folders.erase(spec.id) > 0;
    loaded.jobs.push_back({spec, std::move(records), has_folder});
    needs_journal_ = needs_journal_ || has_folder;
  }
  for (const std::uint64_t id : folders) {
    const auto opened = folder(id);
    if (opened && job_folder::has_empty_spec(opened->get())) {
      remove(id);
      continue;
    }
    auto job = opened ? job_folder::read(opened->get(), id) : tl::unexpected(opened.error());
    if (job) loaded.jobs.push_back(std::move(*job));
    if (!job) loaded.set_aside.push_back(std::to_string(id) + ": " + job.error().detail);
  }
  std::ranges::sort(loaded.jobs, {}, [](const StoredJob& job) { return job.spec.id; });
  go_on_above(highest);
  return loaded;
}

void Store::go_on_above(std::uint64_t highest) {
  const auto counted = read_decoded(folder_.get(), next_id_file, decode_next_id);
  next_id_ = std::max(highest + 1, counted.value_or(1));
  reserved_below_ = next_id_;
}

Result<std::uint64_t> Store::new_id() {
  if (next_id_ > max_job_id) return fail(ErrorCode::unavailable, "no job id is left");
  if (next_id_ >= reserved_below_) {
    const std::uint64_t below = std::min(next_id_ + id_block, max_job_id);
    const auto written = replace_record(folder_.get(), next_id_file, encode_next_id(below));
    if (!written) return tl::unexpected(written.error());
    reserved_below_ = below;
  }
  return next_id_++;
}

bool Store::set_reserve_aside() {
  if (has_reserve_) return true;
  const Descriptor file(openat(folder_.get(), reserve_file,
                               O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600));
  // A file system that cannot do that is not full for it.
  has_reserve_ = file && is_plain_file(file) &&
                 (fallocate(file.get(), 0, 0, reserve_bytes) == 0 || errno == EOPNOTSUPP);
  if (!has_reserve_) unlinkat(folder_.get(), reserve_file, 0);
  return has_reserve_;
}

// Looks and takes nothing, be it for a moment: somebody else needs it.
bool Store::has_room_for_reserve() const {
  struct statvfs disk {};
  return fstatvfs(folder_.get(), &disk) != 0 ||
         disk.f_bavail * disk.f_frsize >= std::uint64_t{reserve_bytes};
}

void Store::free_reserve() {
  unlinkat(folder_.get(), reserve_file, 0);
  has_reserve_ = false;
}

Result<void> Store::commit() {
  const std::string records = std::exchange(pending_, {});
  const std::vector<std::uint64_t> ids = std::exchange(pending_ids_, {});
  if (records.empty()) return {};
  in_journal_.insert(ids.begin(), ids.end());
  return journal_.append(records);
}

void Store::accept(std::uint64_t id, std::string_view encoded_spec) {
  pending_ids_.push_back(id);
  Journal::put(pending_, encoded_spec);
}

Result<void> Store::rewrite_journal(const std::vector<const JobSpec*>& waiting) {
  if (needs_journal_)
    return fail(ErrorCode::failed, "a folder waits for its spec from the journal");
  std::string records;
  std::set<std::uint64_t> ids;
  for (const JobSpec* spec : waiting) {
    ids.insert(spec->id);
    Journal::put(records, encode(*spec));
  }
  auto rewritten = journal_.rewrite(folder_.get(), records);
  if (!rewritten) return rewritten;
  in_journal_ = std::move(ids);
  long_from_ = std::max(long_journal, 2 * journal_.size());
  return rewritten;
}

Result<void> Store::create(const JobSpec& spec, std::string_view input) {
  // Half made it has a name that load() takes away.
  const std::string name = std::to_string(spec.id);
  const std::string unfinished = std::string(gone_prefix) + name;
  if (mkdirat(folder_.get(), unfinished.c_str(), 0700) != 0) return fail_errno(name);
  const Descriptor made(openat(folder_.get(), unfinished.c_str(), folder_flags));
  Result<Descriptor> written = fail_errno(name);
  if (made) written = write_new_record(made.get(), "spec", encode(spec));
  if (written && spec.run.input == InputKind::body) {
    written = write_new_record(made.get(), "input", input);
  }
  if (written && renameat(folder_.get(), unfinished.c_str(), folder_.get(), name.c_str()) != 0) {
    written = fail_errno(name);
  }
  if (written) return {};
  remove_folder(unfinished);
  return tl::unexpected(written.error());
}

void Store::strip(std::uint64_t id) const {
  const auto opened = folder(id);
  if (!opened) return;
  for (const std::string& file : names_in(opened->get()).value_or(std::vector<std::string>())) {
    if (file != "spec" && file != "exit") unlinkat(opened->get(), file.c_str(), 0);
  }
}

void Store::remove(std::uint64_t id) const {
  const std::string name = std::to_string(id);
  // Half removed it would look like a job that never ran.
  const std::string gone = std::string(gone_prefix) + name;
  const bool renamed = renameat(folder_.get(), name.c_str(), folder_.get(), gone.c_str()) == 0;
  if (renamed) remove_folder(gone);
}

void Store::remove_folder(const std::string& name) const {
  const Descriptor opened(openat(folder_.get(), name.c_str(), folder_flags));
  if (!opened) return;
  for (const std::string& file : names_in(opened.get()).value_or(std::vector<std::string>())) {
    unlinkat(opened.get(), file.c_str(), 0);
  }
  unlinkat(folder_.get(), name.c_str(), AT_REMOVEDIR);
}

Result<Descriptor> Store::folder(std::uint64_t id) const {
  Descriptor opened(openat(folder_.get(), std::to_string(id).c_str(), folder_flags));
  if (!opened) return fail_errno(std::to_string(id));
  return opened;
}

Result<void> Store::sync_all() const {
  if (syncfs(folder_.get()) != 0) return fail_errno("syncfs");
  return {};
}

}  // namespace mgr
