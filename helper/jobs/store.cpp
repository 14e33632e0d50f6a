// Helper, root; distrusts every file of the folder.
#include "helper/jobs/store.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <memory>

#include "helper/jobs/record_file.h"

namespace mgr {
namespace {

constexpr std::uint64_t id_block = 256;
constexpr const char* next_id_file = "next-id";
constexpr std::string_view unfinished_prefix = ".new-";
constexpr int folder_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

// A folder's name as we write it: "007" and "1x" are not ids.
std::optional<std::uint64_t> parse_id(std::string_view name) {
  std::uint64_t id = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), id);
  if (error != std::errc() || std::to_string(id) != name) return std::nullopt;
  if (id == 0 || id > max_job_id) return std::nullopt;
  return id;
}

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

template <typename Record>
std::optional<Record> decoded(int folder, const char* name,
                              std::optional<Record> (*decode)(std::string_view)) {
  const auto bytes = read_record(folder, name);
  return bytes && *bytes ? decode(**bytes) : std::nullopt;
}

bool exists(int folder, const char* name) {
  return faccessat(folder, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
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
  if (flock(opened.get(), LOCK_EX | LOCK_NB) != 0) {
    return fail(ErrorCode::conflict, folder + ": another mgr-helper uses it");
  }
  return Store(std::move(opened));
}

Result<Store::Loaded> Store::load(std::uint64_t highest_in_audit) {
  const auto names = names_in(folder_.get());
  if (!names) return tl::unexpected(names.error());
  Loaded loaded;
  std::uint64_t highest = highest_in_audit;
  for (const std::string& name : *names) {
    if (name.starts_with(unfinished_prefix)) remove_unfinished(name);
    const auto id = parse_id(name);
    if (!id) continue;
    highest = std::max(highest, *id);
    auto job = read_job(*id);
    if (job) loaded.jobs.push_back(std::move(*job));
    if (!job) loaded.set_aside.push_back(name + ": " + job.error().detail);
  }
  std::ranges::sort(loaded.jobs, {}, [](const StoredJob& job) { return job.spec.id; });
  go_on_above(highest);
  return loaded;
}

void Store::go_on_above(std::uint64_t highest) {
  const auto counted = decoded(folder_.get(), next_id_file, decode_next_id);
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

Result<void> Store::create(const JobSpec& spec, std::string_view encoded) {
  const std::string name = std::to_string(spec.id);
  const std::string unfinished = std::string(unfinished_prefix) + name;
  if (mkdirat(folder_.get(), unfinished.c_str(), 0700) != 0) return fail_errno(unfinished);
  const Descriptor made(openat(folder_.get(), unfinished.c_str(), folder_flags));
  Result<void> done = write_new_record(made.get(), "spec", encoded);
  if (done) done = sync_folder(made.get());
  if (done && renameat2(folder_.get(), unfinished.c_str(), folder_.get(), name.c_str(),
                        RENAME_NOREPLACE) != 0) {
    done = fail_errno(name);
  }
  if (done) done = sync_folder(folder_.get());
  if (!done) {
    remove_unfinished(unfinished);
    remove_unfinished(name);
  }
  return done;
}

void Store::remove_unfinished(const std::string& name) const {
  unlinkat(folder_.get(), (name + "/spec").c_str(), 0);
  unlinkat(folder_.get(), name.c_str(), AT_REMOVEDIR);
}

Result<StoredJob> Store::read_job(std::uint64_t id) const {
  const auto opened = folder(id);
  if (!opened) return tl::unexpected(opened.error());
  const auto bytes = read_record(opened->get(), "spec");
  if (!bytes) return tl::unexpected(bytes.error());
  auto spec = *bytes ? decode_job_spec(**bytes) : std::nullopt;
  if (!spec || spec->id != id) return fail(ErrorCode::failed, "its spec does not decode");
  StoredJob job{std::move(*spec), read_records(opened->get()), false};
  job.concluded = job.records.exit && !exists(opened->get(), "control");
  return job;
}

Result<Descriptor> Store::folder(std::uint64_t id) const {
  Descriptor opened(openat(folder_.get(), std::to_string(id).c_str(), folder_flags));
  if (!opened) return fail_errno(std::to_string(id));
  return opened;
}

JobRecords Store::read_records(int folder) {
  JobRecords records;
  records.may_have_started = exists(folder, "start");
  records.start = decoded(folder, "start", decode_start_record);
  records.exit = decoded(folder, "exit", decode_exit_record);
  return records;
}

void Store::conclude(int folder) {
  unlinkat(folder, "control", 0);
  unlinkat(folder, "lock", 0);
}

}  // namespace mgr
