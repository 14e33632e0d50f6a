// mgrctl, with the caller's own uid. A quick look at the audit log; distrusts what is in it.
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "client/audit/audit_reader.h"
#include "client/audit/audit_verifier.h"
#include "client/doctor/checks.h"
#include "client/files.h"
#include "protocol/audit_files.h"
#include "protocol/audit_key.h"

namespace mgr::client {
namespace {

constexpr off_t bytes_of_end = 1 << 20;

void look_for_first_key(const Subject& subject, Report& report) {
  const std::string file = subject.paths.first_audit_key_file();
  if (!exists(file)) return;
  report.warn(file + ": the log's first key is still here, where whoever is root later can use it",
              subject.mgrctl("audit key > /media/usb/audit.key"));
}

// The lines at the end of the file, held against each other: as long a log as there may be is not
// read whole.
void look_at_last_lines(const Subject& subject, Report& report) {
  const std::string path = subject.paths.audit_file();
  const auto file = open_to_read(path);
  if (!file) return;  // there is none yet; what cannot be read was told
  LineReader reader(file->get());
  std::string_view line;
  if (::lseek(file->get(), -bytes_of_end, SEEK_END) >= 0) {
    (void)reader.next(line);  // the rest of one
  }
  AuditVerifier verifier({}, std::nullopt, /*whole=*/false);
  AuditFindings findings;
  while (reader.next(line)) verifier.take(line, {}, findings);
  verifier.finish(/*open_line=*/false, findings);
  for (const AuditFinding& finding : findings) {
    if (finding.is_note()) continue;
    return report.fail(path + ": " + std::string(fault_name(finding.fault)) + ": " + finding.detail,
                       subject.mgrctl("audit verify"));
  }
}

// One that is being written has no line feed yet.
Result<AuditEnd> end_of_log(const std::string& folder) {
  auto end = find_audit_end(folder);
  for (int tries = 0; end && end->open_line && tries < 20; ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    end = find_audit_end(folder);
  }
  return end;
}

// The key is that of a line to come, at the latest of the next.
void look_at_end(const Subject& subject, Report& report) {
  const auto key = AuditKey::load(subject.paths.audit_key_file());  // before the log, which grows
  const auto end = end_of_log(subject.paths.log_folder());
  if (!end) return report.skip(end.error().detail);
  if (end->seq == 0) return report.skip("there is no line yet");
  const std::string verify = subject.mgrctl("audit verify");
  if (end->open_line || end->torn > 0) {
    report.warn("the log ends in mid-line; the next start of mgr-helper mends that",
                subject.restart("mgr-helper"));
  }
  if (!subject.is_root) return;
  if (!key) {
    report.fail(key.error().detail + ": what is written now is vouched for by nothing", verify);
  } else if (key->seq() > end->seq + 1) {
    report.fail("the log ends with line " + std::to_string(end->seq) + ", and its key is that of " +
                    std::to_string(key->seq()) + ": its end has been cut off",
                verify);
  }
}

void look_at_journal(const Subject& subject, Report& report) {
  if (!subject.settings.audit_journal) return;
  struct stat info {};
  const std::string socket = subject.paths.journal_socket();
  if (::stat(socket.c_str(), &info) == 0 && S_ISSOCK(info.st_mode)) return;
  report.skip(socket + ": is not there, so the log's lines have no copy in a journal");
}

}  // namespace

void check_audit(const Subject& subject, Report& report) {
  const std::string folder = subject.paths.log_folder();
  if (::access(folder.c_str(), R_OK | X_OK) != 0) {
    return report.skip(folder + ": " + std::strerror(errno) + ": for root and the admins to see");
  }
  look_for_first_key(subject, report);
  look_at_end(subject, report);
  look_at_last_lines(subject, report);
  look_at_journal(subject, report);
  report.sum_up("its last lines follow one another; " + subject.mgrctl("audit verify") +
                " looks at all");
}

}  // namespace mgr::client
