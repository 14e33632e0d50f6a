// mgrctl, with the caller's own uid. The clock, which signatures and records need, and the room
// that is left for them.
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>

#include <ctime>

#include "client/doctor/checks.h"
#include "client/files.h"
#include "client/keys/key_record.h"
#include "client/review/show_plan.h"
#include "protocol/audit_files.h"

namespace mgr::client {
namespace {

constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20;
// What the helper and the system need to go on for a while; and what some jobs' output fills soon.
constexpr std::uint64_t least_bytes = 16 * mebibyte;
constexpr std::uint64_t few_bytes = 256 * mebibyte;
constexpr std::uint64_t least_files = 64;
constexpr std::uint64_t few_files = 4096;

std::string size_text(std::uint64_t bytes) {
  constexpr std::uint64_t gibibyte = 1024 * mebibyte;
  if (bytes >= 10 * gibibyte) return std::to_string(bytes / gibibyte) + " GiB";
  return std::to_string(bytes / mebibyte) + " MiB";
}

std::int64_t modified(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? info.st_mtim.tv_sec : 0;
}

// The whole of the audit log as it is now.
std::uint64_t log_bytes(const std::string& folder) {
  std::uint64_t bytes = 0;
  std::vector<std::string> names = rotated_audit_names(folder);
  names.emplace_back(audit_file_name);
  for (const std::string& name : names) {
    struct stat info {};
    if (::lstat((folder + '/' + name).c_str(), &info) == 0) {
      bytes += static_cast<std::uint64_t>(info.st_size);
    }
  }
  return bytes;
}

// The log may take so much more before its oldest file goes.
void look_for_room_of_log(const Subject& subject, const DiskLook& disk, Report& report) {
  const Settings& settings = subject.settings;
  const std::uint64_t most = settings.audit_rotate_size * (settings.audit_keep + 1);
  const std::uint64_t now = log_bytes(subject.paths.log_folder());
  if (most <= now || most - now <= disk.free_bytes) return;
  report.warn(subject.paths.log_folder() + ": the audit log may grow by " + size_text(most - now) +
                  ", and " + size_text(disk.free_bytes) + " are free",
              "editor " + shell_word(subject.paths.settings_file()) +
                  "; [audit] a smaller rotate_size or keep, or make room");
}

void look_for_reserve(const Subject& subject, Report& report) {
  const std::string file = subject.paths.jobs_folder() + "/reserve";
  if (!subject.is_root || subject.helpers.empty() || exists(file)) return;
  report.warn(file + ": is not there: on a full disk no shutdown could be recorded",
              "df -h " + shell_word(subject.paths.jobs_folder()));
}

}  // namespace

std::optional<DiskLook> look_at_disk(const std::string& path) {
  struct statvfs disk {};
  if (::statvfs(path.c_str(), &disk) != 0) return std::nullopt;
  return DiskLook{disk.f_bavail * disk.f_frsize, disk.f_favail, disk.f_files > 0};
}

void judge_disk(const std::string& what, const DiskLook& disk, Report& report) {
  const std::string bytes = what + ": " + size_text(disk.free_bytes) + " are free";
  if (disk.free_bytes < least_bytes) {
    report.fail(bytes + ": no job starts on a full disk", "df -h " + shell_word(what));
  } else if (disk.free_bytes < few_bytes) {
    report.warn(bytes, "df -h " + shell_word(what));
  }
  if (!disk.counts_files || disk.free_files >= few_files) return;
  const std::string files = what + ": room for " + std::to_string(disk.free_files) + " files";
  if (disk.free_files < least_files) {
    report.fail(files + ": a job takes several", "df -i " + shell_word(what));
  } else {
    report.warn(files, "df -i " + shell_word(what));
  }
}

void check_disk(const Subject& subject, Report& report) {
  std::string told;
  for (const std::string& folder : {subject.paths.state_folder(), subject.paths.log_folder()}) {
    const auto disk = look_at_disk(folder);
    if (!disk) {
      report.skip(folder + ": may not be looked at, or is not there");
      continue;
    }
    judge_disk(folder, *disk, report);
    if (folder == subject.paths.log_folder()) look_for_room_of_log(subject, *disk, report);
    told += (told.empty() ? "" : ", ") + folder + ' ' + size_text(disk->free_bytes);
  }
  look_for_reserve(subject, report);
  if (!told.empty()) report.sum_up("free: " + told);
}

void check_clock(const Subject& subject, Report& report) {
  const auto now = static_cast<std::int64_t>(std::time(nullptr));
  // Of these none is made in the future; the first is as old as this mgr.
  for (const std::string& file : {subject.proc + "/self/exe", subject.paths.nonces_file(),
                                  subject.paths.audit_file(), subject.paths.host_id_file()}) {
    constexpr std::int64_t slack = 60;
    const std::int64_t then = modified(file);
    if (then <= now + slack) continue;
    report.fail("it is " + validity_text(now) + ", and " + file + " is of " + validity_text(then) +
                    ": the clock is behind, or was ahead, and signed requests are refused",
                "timedatectl; timedatectl set-ntp true");
  }
  timex state{};
  if (::adjtimex(&state) < 0) return report.skip("whether anything keeps the clock right");
  if ((state.status & STA_UNSYNC) != 0) {
    report.warn("nothing keeps the clock right; signed requests count within 30 seconds of it",
                "timedatectl set-ntp true");
  }
  report.sum_up("synchronized, " + validity_text(now));
}

}  // namespace mgr::client
