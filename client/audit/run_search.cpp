// mgrctl, with the caller's own uid; distrusts what is in the files.
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

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

// Shows the whole lines from there on, `most` at most, and leaves the file where it was shown to.
Outcome<void> show_lines(int file, off_t begin, std::size_t& most, bool json) {
  lseek(file, begin, SEEK_SET);
  LineReader reader(file);
  std::string_view line;
  for (; most > 0 && std::cout && reader.next(line); --most) std::cout << audit_text(line, json);
  if (reader.has_failed()) return failed(Kind::invalid_request, "the log cannot be read");
  lseek(file, -static_cast<off_t>(reader.rest().size()), SEEK_CUR);
  return {};
}

// Shows the last lines of all; the last file stays open where it was shown to. Where they begin is
// looked for from the end, so that no more than a piece of them is in memory.
Outcome<Descriptor> show_tail(AuditFiles& files, std::size_t count, bool json) {
  Descriptor last;
  std::size_t first = files.names().size(), wanted = count;
  off_t begin = 0;
  do {
    auto file = files.open(--first);
    if (!file) return tl::unexpected(file.error());
    const auto found = find_last_lines(file->get(), wanted);
    if (!found) return tl::unexpected(found.error());
    begin = *found;
    if (!last) last = std::move(*file);
  } while (wanted > 0 && first > 0);
  for (; first + 1 < files.names().size(); ++first, begin = 0) {
    const auto file = files.open(first);
    if (!file) return tl::unexpected(file.error());
    const auto shown = show_lines(file->get(), begin, count, json);
    if (!shown) return tl::unexpected(shown.error());
  }
  const auto shown = show_lines(last.get(), begin, count, json);
  if (!shown) return tl::unexpected(shown.error());
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
  auto last = show_tail(*files, count, session.json);
  if (!last) return report(session, last.error());
  if (options.audit.follow) follow(std::move(*last), paths.audit_file(), session.json);
  return finish(session, ExitCode::ok);
}

}  // namespace mgr::client
