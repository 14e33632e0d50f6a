// mgrctl, with the caller's own uid; distrusts what is in the files.
#include <unistd.h>

#include <chrono>
#include <iostream>
#include <thread>

#include "client/audit/audit_reader.h"
#include "client/audit/audit_verifier.h"
#include "client/audit/run_audit.h"
#include "client/display.h"
#include "protocol/json.h"
#include "protocol/paths.h"

namespace mgr::client {
namespace {

using Kind = Failure::Kind;

// Of a fault that is on line after line, so many are told.
constexpr std::uint64_t most_alike = 10;

// Prints what is found as it is found, and counts it.
class Findings {
 public:
  Findings(const Session& session, const std::vector<std::string>& names)
      : session_(session), names_(names) {}

  void tell(AuditFindings& findings) {
    for (const AuditFinding& finding : findings) tell(finding);
    findings.clear();
  }
  void finish() {
    if (alike_ > most_alike && !session_.json) {
      std::cout << "… and " << alike_ - most_alike << " more: " << fault_name(last_) << '\n';
    }
    alike_ = 0;
  }
  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] std::uint64_t notes() const { return notes_; }

 private:
  void tell(const AuditFinding& finding) {
    ++(finding.is_note() ? notes_ : count_);
    if (finding.fault != last_) finish();
    last_ = finding.fault;
    if (session_.json) return tell_json(finding);
    if (++alike_ > most_alike || (session_.quiet && finding.is_note())) return;
    const std::string& name = names_.at(finding.place.file);
    std::cout << harmless(name) << ':' << finding.place.line << ": " << fault_name(finding.fault)
              << ": " << harmless(finding.detail) << (finding.is_note() ? " (a note)" : "") << '\n';
  }
  void tell_json(const AuditFinding& finding) const {
    std::cout << JsonWriter()
                     .open_object()
                     .member("file", names_.at(finding.place.file))
                     .member("line", finding.place.line)
                     .member("fault", fault_name(finding.fault))
                     .member("note", finding.is_note())
                     .member("detail", finding.detail)
                     .close_object()
                     .text()
              << '\n';
  }

  const Session& session_;
  const std::vector<std::string>& names_;
  AuditFault last_ = AuditFault::torn;
  std::uint64_t alike_ = 0, count_ = 0, notes_ = 0;
};

// A line each; what begins with # is skipped.
Outcome<std::vector<AuditKey>> read_keys(const std::string& path) {
  const auto file = open_to_read(path);
  if (!file) return tl::unexpected(file.error());
  std::vector<AuditKey> keys;
  LineReader reader(file->get());
  std::string_view line;
  for (bool more = true; more;) {
    more = reader.next(line);
    if (!more) line = reader.rest();
    if (line.empty() || line.front() == '#') continue;
    const auto key = AuditKey::parse(line);
    if (!key) return failed(Kind::invalid_request, path + ": not a key of the audit log");
    keys.push_back(*key);
  }
  if (reader.has_failed()) return failed(Kind::invalid_request, path + ": cannot be read");
  if (keys.empty()) return failed(Kind::invalid_request, path + ": holds no key");
  return keys;
}

// Feeds the verifier with a file's lines. A line that mgr-helper is writing is waited for.
Outcome<bool> take_file(int file, std::uint32_t index, const std::string& name,
                        AuditVerifier& verifier, Findings& told) {
  LineReader reader(file);
  AuditFindings findings;
  AuditPlace place{index, 0};
  std::string_view line;
  for (int tries = 0; tries < 20; ++tries) {
    while (reader.next(line)) {
      ++place.line;
      verifier.take(line, place, findings);
      if (!findings.empty()) told.tell(findings);
    }
    if (reader.has_failed()) return failed(Kind::invalid_request, name + ": cannot be read");
    if (reader.rest().empty()) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(25));
  }
  ++place.line;
  verifier.take(reader.rest(), place, findings);
  told.tell(findings);
  return true;
}

std::string count_text(std::uint64_t number, const std::string& what) {
  return std::to_string(number) + ' ' + what + (number == 1 ? "" : "s");
}

void show_summary(const AuditSummary& summary, std::size_t files, const Findings& told) {
  std::cout << count_text(summary.lines, "line") << " in " << count_text(files, "file");
  if (summary.last > 0) {
    std::cout << ", " << summary.first << " to " << summary.last << ", from "
              << harmless(summary.first_time) << " to " << harmless(summary.last_time) << "\nhead "
              << summary.last << ':' << summary.head_hash;
  }
  std::cout << '\n' << summary.macs_checked << " of " << summary.with_mac << " MACs checked";
  if (summary.macs_checked == 0)
    std::cout << ": without the first key, root could have made it all";
  std::cout << '\n' << (told.count() == 0 ? "whole" : count_text(told.count(), "finding")) << '\n';
}

void show_json(const AuditSummary& summary, std::size_t files, const Findings& told) {
  std::cout << JsonWriter()
                   .open_object()
                   .member("whole", told.count() == 0)
                   .member("findings", told.count())
                   .member("notes", told.notes())
                   .member("files", files)
                   .member("lines", summary.lines)
                   .member("first", summary.first)
                   .member("last", summary.last)
                   .member("from", summary.first_time)
                   .member("to", summary.last_time)
                   .member("head", std::to_string(summary.last) + ':' + summary.head_hash)
                   .member("with_mac", summary.with_mac)
                   .member("macs_checked", summary.macs_checked)
                   .close_object()
                   .text()
            << '\n';
}

// Feeds the verifier with all of them, one after the other.
Outcome<void> take_files(AuditFiles& files, AuditVerifier& verifier, Findings& told) {
  bool open_line = false;
  for (std::uint32_t i = 0; i < files.names().size(); ++i) {
    const auto file = files.open(i);
    if (!file) return tl::unexpected(file.error());
    const auto ended = take_file(file->get(), i, files.names()[i], verifier, told);
    if (!ended) return tl::unexpected(ended.error());
    open_line = *ended;
  }
  AuditFindings findings;
  verifier.finish(open_line, findings);
  told.tell(findings);
  told.finish();
  // An empty copy is more likely a mistake than a log, and must not be called whole.
  if (verifier.summary().lines > 0 || told.count() > 0) return {};
  return failed(Kind::invalid_request, "there is no line of the audit log");
}

void warn_of_first_key(const Options& options) {
  const std::string file = Paths(options.root.value_or("")).first_audit_key_file();
  if (::access(file.c_str(), F_OK) != 0) return;
  std::cerr << "mgrctl: " << harmless(file)
            << " is still there, and whoever is root later can use it: take it away with `mgrctl "
               "audit key`\n";
}

}  // namespace

ExitCode run_audit_verify(const Options& options, const Session& session) {
  std::vector<AuditKey> keys;
  if (options.job.key) {
    auto read = read_keys(*options.job.key);
    if (!read) return report(session, read.error());
    keys = std::move(*read);
  }
  std::optional<AuditHead> head;
  if (options.audit.head && !(head = AuditHead::parse(*options.audit.head))) {
    return report(session, Failure{Kind::invalid_request,
                                   "--head wants N:HASH, as `mgrctl audit head` prints it"});
  }
  const std::vector<std::string> named(options.words.begin() + 2, options.words.end());
  auto files = named.empty() ? AuditFiles::of_log(Paths(options.root.value_or("")))
                             : Outcome<AuditFiles>(AuditFiles::of(named));
  if (!files) return report(session, files.error());
  if (named.empty()) warn_of_first_key(options);
  AuditVerifier verifier(std::move(keys), std::move(head), named.empty());
  Findings told(session, files->names());
  const auto taken = take_files(*files, verifier, told);
  if (!taken) return report(session, taken.error());
  if (session.json) {
    show_json(verifier.summary(), files->names().size(), told);
  } else if (!session.quiet) {
    show_summary(verifier.summary(), files->names().size(), told);
  }
  return finish(session, told.count() == 0 ? ExitCode::ok : ExitCode::failed);
}

}  // namespace mgr::client
