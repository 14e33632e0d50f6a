// mgrctl, with the caller's own uid; distrusts what is in the files.
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <deque>
#include <iostream>

#include "client/audit/audit_reader.h"
#include "client/audit/audit_view.h"
#include "client/audit/run_audit.h"

namespace mgr::client {
namespace {

using Kind = Failure::Kind;

constexpr std::uint32_t lines_of_tail = 10;
constexpr std::uint32_t most_lines_of_tail = 100000;
constexpr int milliseconds_between_looks = 200;

Outcome<void> search(AuditFiles& files, const AuditQuery& query, bool json) {
  for (std::size_t i = 0; i < files.names().size(); ++i) {
    const auto file = files.open(i);
    if (!file) return tl::unexpected(file.error());
    LineReader reader(file->get());
    std::string_view line;
    while (reader.next(line) && std::cout) {
      if (query.fits(line)) std::cout << audit_text(line, json);
    }
    if (reader.has_failed()) {
      return failed(Kind::invalid_request, files.names()[i] + ": cannot be read");
    }
  }
  return {};
}

// The last lines of all; the last file stays open where it was read to.
Outcome<Descriptor> read_tail(AuditFiles& files, std::size_t count, std::deque<std::string>& tail) {
  Descriptor last;
  for (std::size_t i = files.names().size(); i > 0 && tail.size() < count; --i) {
    auto file = files.open(i - 1);
    if (!file) return tl::unexpected(file.error());
    std::deque<std::string> lines;
    LineReader reader(file->get());
    std::string_view line;
    while (reader.next(line)) {
      lines.emplace_back(line);
      if (lines.size() > count - tail.size()) lines.pop_front();
    }
    tail.insert(tail.begin(), lines.begin(), lines.end());
    if (last) continue;
    last = std::move(*file);
    lseek(last.get(), -static_cast<off_t>(reader.rest().size()), SEEK_CUR);
  }
  return last;
}

bool is_still(const Descriptor& file, const std::string& path) {
  struct stat status {
  }, now{};
  return stat(path.c_str(), &now) != 0 ||
         (fstat(file.get(), &status) == 0 && status.st_ino == now.st_ino);
}

// Waits a moment; false where nobody reads what is written any more.
bool is_read_on() {
  pollfd output{STDOUT_FILENO, 0, 0};
  return poll(&output, 1, milliseconds_between_looks) <= 0;  // below 0: a signal, as of a SIGCONT
}

// Until nobody reads it, or a signal: what is added to the log, in whatever file.
void follow(Descriptor file, const std::string& path, bool json) {
  while (std::cout) {
    const bool is_last = is_still(file, path);  // before it is read to its end
    LineReader reader(file.get());
    std::string_view line;
    while (reader.next(line)) std::cout << audit_text(line, json);
    std::cout.flush();
    lseek(file.get(), -static_cast<off_t>(reader.rest().size()), SEEK_CUR);
    if (is_last) {
      if (!is_read_on()) return;
    } else if (auto next = open_to_read(path); next) {
      file = std::move(*next);
    }
  }
}

}  // namespace

ExitCode run_audit_search(const Options& options, const Session& session) {
  const auto query = AuditQuery::of(options);
  if (!query) return report(session, query.error());
  const std::vector<std::string> named(options.words.begin() + 2, options.words.end());
  auto files = named.empty() ? AuditFiles::of_log(Paths(options.root.value_or("")))
                             : Outcome<AuditFiles>(AuditFiles::of(named));
  if (!files) return report(session, files.error());
  const auto searched = search(*files, *query, session.json);
  if (!searched) return report(session, searched.error());
  return finish(session, ExitCode::ok);
}

ExitCode run_audit_tail(const Options& options, const Session& session) {
  const std::uint32_t count = options.audit.lines.value_or(lines_of_tail);
  if (count > most_lines_of_tail) {
    return report(session, Failure{Kind::invalid_request, "--lines wants at most 100000"});
  }
  const Paths paths(options.root.value_or(""));
  auto files = AuditFiles::of_log(paths);
  if (!files) return report(session, files.error());
  std::deque<std::string> tail;
  auto last = read_tail(*files, std::max<std::size_t>(count, 1), tail);
  if (!last) return report(session, last.error());
  if (count > 0) {
    for (const std::string& line : tail) std::cout << audit_text(line, session.json);
  }
  if (options.audit.follow) follow(std::move(*last), paths.audit_file(), session.json);
  return finish(session, ExitCode::ok);
}

}  // namespace mgr::client
