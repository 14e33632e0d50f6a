// mgrctl, with the caller's own uid. Its command line.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "client/exit_code.h"
#include "client/inputs.h"
#include "client/jobs/job_command.h"
#include "client/setup/setup_options.h"

namespace mgr::client {

// Of the commands about keys.
struct KeyOptions {
  std::optional<std::string> type, output;                          // keygen
  std::optional<std::string> from, not_before, not_after, comment;  // key add
};

// Of the commands about the audit log, beside some of JobOptions.
struct AuditOptions {
  std::optional<std::string> action, event, job, since, until, seq;  // search
  std::optional<std::string> head;                                   // verify
  std::optional<std::uint32_t> lines;                                // tail
  bool follow = false;
};

struct Options {
  std::optional<std::string> root, socket, host;
  std::optional<std::string> key_file;  // --key-file: what requests are signed with
  bool no_sign = false;
  std::string on_behalf_of;
  std::chrono::milliseconds timeout{60'000};
  bool timeout_given = false;  // and so meant for what waits for jobs too
  bool json = false;
  bool prometheus = false;
  bool quiet = false;
  bool help = false;
  std::string libexec;               // the folder of mgr-configure
  std::optional<std::string> as;     // --as: who is asked about, a user's name or uid
  std::optional<std::string> files;  // --files: a policy's folder, instead of what is in force
  std::optional<std::string> into;   // --into: the folder that import writes to
  std::string request_id;            // mgr-request-id; empty for none
  bool dry_run = false;              // mgr-dry-run
  std::optional<std::string> shell;  // --shell: for whom `complete` writes
  JobOptions job;
  KeyOptions key;
  AuditOptions audit;
  InputOptions input;
  SetupOptions setup;
  std::vector<std::string> words;     // MODULE ACTION VALUE…
  std::size_t plain_from = SIZE_MAX;  // the first of the words behind `--`
};

// mgrctl ends here: what to print, on stdout where the code is ok, and the code.
struct Farewell {
  ExitCode code = ExitCode::ok;
  std::string text;
};

// Words may be empty only where help is set.
[[nodiscard]] tl::expected<Options, Farewell> read_options(int count, const char* const* words);

// An option that may be given, as the help has it.
struct OptionHelp {
  std::string name;        // "--body"
  std::string short_name;  // "-y"; empty for none
  std::string value;       // what its value is: "FILE"; empty for one without
  std::string summary;
};
[[nodiscard]] std::vector<OptionHelp> known_options();

// The text of `mgrctl --help`.
[[nodiscard]] std::string general_help();

}  // namespace mgr::client
