// mgr-job, root and then user mgr-job.
#include "helper/jobs/mgr-job/records.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "helper/jobs/boot_id.h"
#include "helper/jobs/real_time.h"
#include "helper/jobs/record_file.h"

namespace mgr {
namespace {

Descriptor open_new(int folder, const char* name) {
  return Descriptor(
      openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
}

// A disk that fills up while the command runs must not cost its exit record.
bool reserve_space(const Descriptor& file) {
  constexpr off_t largest_exit_record = 4096;
  return fallocate(file.get(), FALLOC_FL_KEEP_SIZE, 0, largest_exit_record) == 0 ||
         errno == EOPNOTSUPP;
}

}  // namespace

Result<Records> Records::open(int folder, bool durable) {
  Records records(folder, durable);
  records.start_ = open_new(folder, "start");
  if (!records.start_) return fail_errno("start");
  records.exit_ = open_new(folder, "exit");
  if (records.exit_ && reserve_space(records.exit_)) return records;
  const auto failed = fail_errno("exit");
  unlinkat(folder, "start", 0);  // nothing was started
  return failed;
}

Result<void> Records::write_start() const {
  const std::string record = encode(StartRecord{real_time_us(), read_boot_id()});
  if (!durable_) return write_at(start_.get(), 0, record);
  auto written = write_whole(start_.get(), record);
  if (written) written = sync_folder(folder_);
  // Its name and the spec's: from here on the helper's journal may forget the job.
  const Descriptor above(openat(folder_, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (written) written = sync_folder(above.get());
  return written;
}

Result<void> Records::write_exit(ExitRecord record) const {
  record.ended_us = real_time_us();
  return durable_ ? write_whole(exit_.get(), encode(record))
                  : write_at(exit_.get(), 0, encode(record));
}

}  // namespace mgr
