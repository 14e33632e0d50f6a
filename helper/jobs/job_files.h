// A job's folder, /var/lib/mgr/jobs/ID: what lies in it and in which bytes. Shared by the helper
// (root) and mgr-job. The helper distrusts what mgr-job wrote after it gave root up.
//
//   spec     written by the helper before the job's first attempt; never changed. Before that, and
//            until mgr-job has put the folder on disk, the job is in the journal (journal.h)
//   input    what the command reads, where that is the request's body: written by the helper before
//            the job is answered, removed once its end is kept. Secrets have no file: they are in
//            the helper's memory until mgr-job has them
//   lock     flock'ed by whoever supervises: the helper takes it, mgr-job inherits it. Free means
//            that no mgr-job of this job is alive
//   control  SEQPACKET socket; the helper binds it and connects, mgr-job inherits the listener
//   start    written by mgr-job once, before the command runs
//   output.head, output.tail0, output.tail1
//            written by mgr-job: what the command printed (protocol/output_record.h); emptied when
//            the job is started again. The helper never reads them
//   exit     written by mgr-job once, when the command has ended and its cgroup is empty; or by the
//            helper, where mgr-job died without it or the job was stopped while it waited
//   start.N, exit.N
//            those of attempt N, which failed: put aside by the helper before the next
//
// The folder is root's, 0700: mgr-job opens start, exit and output while it is root and keeps the
// descriptors, so nothing that it is talked into later can touch another job. A record is valid as
// a whole or absent: it carries a format number and a BLAKE2b checksum (a torn write is absent).
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/run_settings.h"
#include "protocol/field.h"

namespace mgr {

inline constexpr std::uint64_t max_job_id = (std::uint64_t{1} << 53) - 1;
inline constexpr std::size_t max_record_length = 1 << 17;
inline constexpr std::size_t max_paths = 64;
inline constexpr std::chrono::hours max_delay{24 * 366};

// Who asked, as the helper established it.
struct Asker {
  std::uint32_t uid = UINT32_MAX;
  std::uint32_t gid = UINT32_MAX;
  std::uint32_t pid = 0;
  std::string on_behalf_of;  // claimed, never trusted
  std::string key{};         // who signed; then there is no uid
  // Whether both are the same user, or the same key: nobody is the same as anybody.
  [[nodiscard]] bool is_same_caller(const Asker& other) const {
    return (uid != UINT32_MAX || !key.empty()) && uid == other.uid && key == other.key;
  }
  friend bool operator==(const Asker&, const Asker&) = default;
  static void members_of_format_4(auto& archive, auto& record) {
    archive(record.uid, record.gid, record.pid, record.on_behalf_of);
  }
  static void members(auto& archive, auto& record) {
    members_of_format_4(archive, record);
    archive(record.key);
  }
};

// The request that a job was accepted for, where it carried a mgr-request-id.
struct RequestMark {
  std::string id;      // "" for none
  std::string digest;  // of what was asked for: module, action, arguments and body, no secret
  // The jobs that it was answered with beside those that it started: they ran already.
  std::vector<std::uint64_t> running;
  friend bool operator==(const RequestMark&, const RequestMark&) = default;
  static void members(auto& archive, auto& record) {
    archive(record.id, record.digest, record.running);
  }
};

struct JobSpec {
  std::uint64_t id = 0;
  std::string module, action, key;
  std::vector<Field> arguments;
  Asker asker;
  std::int64_t accepted_us = 0;   // real time, microseconds since 1970
  RunSettings run;                // numbers and absolute paths alone
  std::uint64_t input_bytes = 0;  // of the file input
  RequestMark request;
  // Waits until no other job of mode job is alive, and as long as it is alive no new one comes.
  bool alone = false;
  std::chrono::milliseconds delay{0};  // what it is for happens so long after its start
  std::string boot_id;                 // under which boot it may be started; "": under any
  bool urgent = false;  // waits for no place among those that run, and has the space set aside
  friend bool operator==(const JobSpec&, const JobSpec&) = default;
  static void members_of_format_4(auto& archive, auto& record) {
    archive(record.id, record.module, record.action, record.key, record.arguments);
    Asker::members_of_format_4(archive, record.asker);
    archive(record.accepted_us);
    RunSettings::members_of_format_4(archive, record.run);
    archive(record.input_bytes, record.request, record.run.retry_exit, record.alone, record.delay,
            record.boot_id, record.urgent);
  }
  static void members(auto& archive, auto& record) {
    members_of_format_4(archive, record);
    archive(record.asker.key);
  }
};

struct StartRecord {
  std::int64_t started_us = 0;
  std::string boot_id;  // of /proc/sys/kernel/random: which boot it ran under
  friend bool operator==(const StartRecord&, const StartRecord&) = default;
  static void members(auto& archive, auto& record) { archive(record.started_us, record.boot_id); }
};

enum class JobOutcome : std::uint8_t {
  exited = 1,           // status is the exit status
  signalled = 2,        // status is the signal
  could_not_start = 3,  // the command never ran; detail says why
  lost = 4,             // mgr-job died without a record, or the machine went down
  last_value = lost,
};

struct ExitRecord {
  JobOutcome outcome = JobOutcome::lost;
  std::int32_t status = 0;
  bool stopped = false;    // by a stop request
  bool timed_out = false;  // by its timeout
  std::int64_t ended_us = 0;
  std::string detail;
  // What it used and printed; 0 where the machine does not tell.
  std::uint64_t processor_us = 0;          // user and system time of the whole tree
  std::uint64_t peak_memory = 0;           // bytes
  std::uint64_t output_bytes = 0;          // printed in all, kept or not
  std::optional<std::uint8_t> progress{};  // per cent, as it last said
  friend bool operator==(const ExitRecord&, const ExitRecord&) = default;
  static void members(auto& archive, auto& record) {
    archive(record.outcome, record.status, record.stopped, record.timed_out, record.ended_us,
            record.detail, record.processor_us, record.peak_memory, record.output_bytes,
            record.progress);
  }
};

// 16 bytes of BLAKE2b.
[[nodiscard]] std::string checksum_of(std::string_view bytes);

// A record is valid only where it could be carried out as it stands: an id from 1 to max_job_id,
// argv and cwd with absolute paths and, like the environment, without NUL, no uid or gid of -1; at
// most max_paths paths to open, each canonical beneath an absolute root; no input over
// max_body_length; a request's id inside its grammar, with a digest; a delay of at most max_delay;
// progress of at most 100, times from 1970 to 9999, a detail of at most 1 KiB. The decoders are
// total: whatever the bytes are, they give a valid record or nothing. They read the format before
// this one, too: what was accepted or ran before an upgrade goes on after it.
[[nodiscard]] std::string encode(const JobSpec& spec);
[[nodiscard]] std::string encode(const StartRecord& record);
[[nodiscard]] std::string encode(const ExitRecord& record);
[[nodiscard]] std::optional<JobSpec> decode_job_spec(std::string_view bytes);
[[nodiscard]] std::optional<StartRecord> decode_start_record(std::string_view bytes);
[[nodiscard]] std::optional<ExitRecord> decode_exit_record(std::string_view bytes);

// The id in a folder's name as we write it: "007" and "1x" are none.
[[nodiscard]] std::optional<std::uint64_t> parse_job_id(std::string_view name);

// The file next-id beside the folders: every id below it may have been given out.
[[nodiscard]] std::string encode_next_id(std::uint64_t next_id);
[[nodiscard]] std::optional<std::uint64_t> decode_next_id(std::string_view bytes);

inline constexpr std::array<const char*, 3> output_file_names{"output.head", "output.tail0",
                                                              "output.tail1"};

// What the helper may say on control: that the whole tree shall end; that it wants to be told of
// output from now on.
inline constexpr std::string_view stop_message = "mgr-job-1 stop";
inline constexpr std::string_view follow_message = "mgr-job-1 follow";

// What mgr-job says on control, a message each. One that does not fit is dropped; a later one has
// the newest value, and the hang-up means that there is none.
enum class ControlNoteKind : std::uint8_t {
  progress = 1,  // per cent; to every peer, when it connects and when it changes
  output = 2,    // bytes of stdout and stderr so far; to those that follow, at once and as it grows
  last_value = output,
};

struct ControlNote {
  ControlNoteKind kind = ControlNoteKind::progress;
  std::uint64_t value = 0;
  friend bool operator==(const ControlNote&, const ControlNote&) = default;
  static void members(auto& archive, auto& record) { archive(record.kind, record.value); }
};

// The descriptors that mgr-job is started with.
inline constexpr int job_folder_descriptor = 3;   // the folder, O_RDONLY|O_DIRECTORY
inline constexpr int job_lock_descriptor = 4;     // held by flock
inline constexpr int job_control_descriptor = 5;  // listening
inline constexpr int job_cgroup_descriptor = 6;   // the tree's folder: supervisors and job-N in it
inline constexpr int job_input_descriptor =
    7;  // the command's standard input: a file, or /dev/null

}  // namespace mgr
