// mgrctl, with the caller's own uid; distrusts what is in the files.
#include "client/audit/run_audit.h"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <iostream>
#include <thread>

#include "client/given_options.h"
#include "client/own_words.h"
#include "protocol/audit_files.h"
#include "protocol/audit_key.h"
#include "protocol/descriptor.h"
#include "protocol/paths.h"

namespace mgr::client {
namespace {

using Kind = Failure::Kind;

struct Part {
  std::string_view word;
  bool takes_files;
  ExitCode (*run)(const Options&, const Session&);
};
constexpr std::array parts{Part{"head", false, run_audit_head}, Part{"key", false, run_audit_key},
                           Part{"search", true, run_audit_search},
                           Part{"tail", false, run_audit_tail},
                           Part{"verify", true, run_audit_verify}};

constexpr const char* about_the_key =
    "mgrctl: this is the first key of the audit log. Keep it elsewhere: print it, or store it on "
    "another\n"
    "machine. With it `mgrctl audit verify --key FILE` finds what was altered, by root later, too. "
    "It is\n"
    "not shown again: mgr keeps none of it.\n";

ExitCode invalid(const Session& session, const std::string& detail) {
  return report(session, Failure{Kind::invalid_request, detail});
}

// Of what was written to a terminal, a pipe or a socket there is nothing to wait for (fsync(2)).
bool is_on_disk(int file) {
  return fsync(file) == 0 || errno == EINVAL || errno == EROFS || errno == ENOTSUP;
}

// So that nothing of it is left in the file's blocks, where those are written over in place.
bool wipe(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC));
  const std::string zeros(audit_key_text_length, '0');
  return file && pwrite(file.get(), zeros.data(), zeros.size(), 0) > 0 && fsync(file.get()) == 0 &&
         ::unlink(path.c_str()) == 0;
}

}  // namespace

ExitCode run_audit_head(const Options& options, const Session& session) {
  const std::string folder = Paths(options.root.value_or("")).log_folder();
  auto end = find_audit_end(folder);
  // A line may be on its way into the file.
  for (int tries = 0; end && end->open_line && tries < 20; ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    end = find_audit_end(folder);
  }
  if (!end) return invalid(session, end.error().detail);
  if (end->seq == 0) return invalid(session, folder + ": there is no line of the audit log");
  if (end->torn || end->open_line) {
    return invalid(session,
                   folder + ": the log ends in mid-line; mgr-helper's next start mends that");
  }
  std::cout << end->seq << ':' << end->hash << '\n';
  return finish(session, ExitCode::ok);
}

ExitCode run_audit_key(const Options& options, const Session& session) {
  const std::string file = Paths(options.root.value_or("")).first_audit_key_file();
  if (::access(file.c_str(), F_OK) != 0 && errno == ENOENT) {
    return invalid(session,
                   file + ": is not there; the first key has been shown, or none was made yet");
  }
  const auto key = AuditKey::load(file);
  if (!key) return invalid(session, key.error().detail);
  AuditKeyText text;
  key->write(text);
  std::cout.write(text.data(), static_cast<std::streamsize>(text.size()));
  const ExitCode code = finish(session, ExitCode::ok);
  sodium_memzero(text.data(), text.size());
  if (code != ExitCode::ok) return code;  // it is still there
  if (!is_on_disk(STDOUT_FILENO)) {
    return invalid(session, std::string("the key cannot be written: ") + std::strerror(errno));
  }
  if (!wipe(file)) return invalid(session, file + ": cannot be removed: " + std::strerror(errno));
  if (!session.quiet) std::cerr << about_the_key;
  return code;
}

ExitCode run_audit(const Options& options, const Session& session) {
  const auto& words = options.words;
  const auto* part =
      words.size() < 2 ? parts.end() : std::ranges::find(parts, words[1], &Part::word);
  if (part == parts.end()) {
    return invalid(session, "audit head, key, search, tail or verify?");
  }
  if (options.host) return invalid(session, "audit is about this machine's own files");
  if (words.size() > 2 && !part->takes_files) {
    return invalid(session, "audit " + words[1] + " takes no files or other words");
  }
  if (sodium_init() < 0) return invalid(session, "libsodium cannot be used");
  const std::string command = "audit " + words[1];
  for (const auto& given : {given_options(options), given_options(options.job)}) {
    const auto fits = check_options(given, options_of(command), command);
    if (!fits) return report(session, fits.error());
  }
  return part->run(options, session);
}

}  // namespace mgr::client
