// Helper, root; distrusts every file of the folder.
#include "helper/jobs/job_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "helper/jobs/record_file.h"

namespace mgr::job_folder {
namespace {

bool exists(int folder, const char* name) {
  return faccessat(folder, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

}  // namespace

Result<StoredJob> read(int folder, std::uint64_t id) {
  const auto bytes = read_record(folder, "spec");
  if (!bytes) return tl::unexpected(bytes.error());
  auto spec = *bytes ? decode_job_spec(**bytes) : std::nullopt;
  if (!spec || spec->id != id) return fail(ErrorCode::failed, "its spec does not decode");
  StoredJob job{std::move(*spec), read_records(folder), true};
  while (exists(folder, ("exit." + std::to_string(job.attempt)).c_str())) ++job.attempt;
  const bool untold = exists(folder, "control") || exists(folder, "lock");
  job.concluded = job.records.exit && !untold;
  return job;
}

JobRecords read_records(int folder) {
  JobRecords records;
  records.may_have_started = exists(folder, "start");
  records.start = read_decoded(folder, "start", decode_start_record);
  records.exit = read_decoded(folder, "exit", decode_exit_record);
  return records;
}

bool has_empty_spec(int folder) {
  const auto bytes = read_record(folder, "spec");
  return bytes && *bytes && (*bytes)->empty();
}

bool repair(int folder, const JobSpec& spec) {
  return read_decoded(folder, "spec", decode_job_spec) ||
         replace_record(folder, "spec", encode(spec));
}

Result<std::array<Descriptor, 3>> open_output(int folder) {
  std::array<Descriptor, 3> files;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::string name(output_file_names[i]);
    Descriptor file(openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!file && errno == ENOENT) return fail(ErrorCode::not_found, "the job has not run");
    if (!file) return fail_errno(name);
    if (!is_plain_file(file)) return fail(ErrorCode::failed, name + ": not a plain file");
    files.at(i) = std::move(file);
  }
  return files;
}

Result<void> put_end(int folder, const ExitRecord& record) {
  // The file of the lock means that the end is not told (conclude()).
  static_cast<void>(
      Descriptor(openat(folder, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600)));
  unlinkat(folder, "exit", 0);
  return write_new_record(folder, "exit", encode(record)).map([](const Descriptor&) {});
}

Result<void> set_aside(int folder, std::uint32_t attempt) {
  // The exit record last: while it has its name, the attempt has ended and this is done again.
  for (const char* name : {"start", "exit"}) {
    const std::string beside = std::string(name) + '.' + std::to_string(attempt);
    if (renameat(folder, name, folder, beside.c_str()) != 0 && errno != ENOENT) {
      return fail_errno(name);
    }
  }
  return sync_folder(folder);
}

void conclude(int folder) {
  // While one of the last two is there, the end is told again after a restart.
  for (const char* name : {"input", "lock", "control"}) unlinkat(folder, name, 0);
}

}  // namespace mgr::job_folder
