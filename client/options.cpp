// mgrctl, with the caller's own uid. The one file of it that knows CLI11; its exceptions end here.
#include "client/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>

#include "client/commands_help.h"
#include "client/display.h"
#include "client/host_port.h"
#include "mgr_version.h"
#include "protocol/field.h"

namespace mgr::client {
namespace {

constexpr double max_timeout_seconds = 86400;

struct Flags {
  bool version = false;
  double timeout_seconds = 60;
};

// CLI11's layout, but for a usage line that says what the words are.
class Layout : public CLI::Formatter {
 public:
  std::string make_usage(const CLI::App*, std::string) const override {
    return "Usage: mgrctl [OPTIONS] MODULE ACTION [VALUE…]\n";
  }
};

void declare_for_jobs(CLI::App& app, JobOptions& job) {
  app.add_flag("--wait", job.wait, "Wait for the jobs that are started; exit with their status");
  const auto own = [](CLI::Option* option) {
    return option->group("Options of the commands for jobs");
  };
  own(app.add_option("--state", job.state, "jobs: in one of these, with commas between"))
      ->type_name("STATES");
  own(app.add_option("--module", job.module, "jobs, stop, audit search: of this module"))
      ->type_name("NAME");
  own(app.add_option("--caller", job.caller, "jobs, audit search: of this user"))
      ->type_name("USER");
  own(app.add_option("--limit", job.limit, "jobs: so many at most; wait: seconds to wait at most"))
      ->type_name("NUMBER");
  own(app.add_flag("--watch", job.watch, "jobs: go on with what changes"));
  own(app.add_option("--tail", job.tail, "output, follow: the last lines alone"))
      ->type_name("LINES");
  own(app.add_flag("--times", job.times, "output, follow: when each line was printed"));
  own(app.add_option("--key", job.key,
                     "stop: the job with this key; audit search: signed with this one; audit "
                     "verify: a file with the first key, - for standard input"))
      ->type_name("KEY");
  own(app.add_flag("--mine", job.mine, "stop: all of the caller's"));
  own(app.add_option("--older-than", job.older_than, "job prune: what ended so long ago"))
      ->type_name("SECONDS");
}

void declare_for_inputs(CLI::App& app, InputOptions& input) {
  app.add_option("--body", input.body, "What the action reads: a file, or - for standard input")
      ->type_name("FILE");
  app.add_flag("--secret-stdin", input.secret_stdin,
               "Read secrets from standard input, a line each, even where that is a terminal");
  app.add_flag("-y,--yes", input.yes, "This is really meant: ask for no confirmation");
}

void declare_for_review(CLI::App& app, Options& options) {
  const auto own = [](CLI::Option* option) { return option->group("Options about the policy"); };
  own(app.add_option("--as", options.as, "explain: who would ask, by name, uid or key:ID"))
      ->type_name("USER");
  own(app.add_option("--files", options.files,
                     "explain, policy: look at the files in DIR, and not at what is in force"))
      ->type_name("DIR");
  own(app.add_option("--into", options.into, "import: write into DIR"))->type_name("DIR");
  own(app.add_option("--libexec", options.libexec, "Where mgr-configure is (" MGR_LIBEXEC ")"))
      ->type_name("DIR")
      ->default_val(MGR_LIBEXEC);
}

void declare_for_keys(CLI::App& app, KeyOptions& key) {
  const auto own = [](CLI::Option* option) { return option->group("Options about keys"); };
  own(app.add_option("--type", key.type, "keygen: ed25519, or hmac-sha256 (ed25519)"))
      ->type_name("TYPE");
  own(app.add_option("--output", key.output, "keygen: write this file"))->type_name("FILE");
  own(app.add_option("--from", key.from, "key add: the key that keygen wrote"))->type_name("FILE");
  own(app.add_option("--not-before", key.not_before, "key add: valid from then on"))
      ->type_name("TIME");
  own(app.add_option("--not-after", key.not_after, "key add: valid until then"))->type_name("TIME");
  own(app.add_option("--comment", key.comment, "key add: a word on whose it is"))
      ->type_name("TEXT");
}

void declare_for_audit(CLI::App& app, AuditOptions& audit) {
  const auto own = [](CLI::Option* option) { return option->group("Options about the audit log"); };
  own(app.add_option("--head", audit.head,
                     "verify: what `audit head` printed, and was kept elsewhere"))
      ->type_name("N:HASH");
  own(app.add_option("-n,--lines", audit.lines, "tail: so many (10)"))->type_name("NUMBER");
  own(app.add_flag("-f,--follow", audit.follow, "tail: go on with what is added"));
  own(app.add_option("--event", audit.event, "search: effect, outcome, refused, job_ended, …"))
      ->type_name("NAME");
  own(app.add_option("--action", audit.action, "search: of this action"))->type_name("NAME");
  own(app.add_option("--job", audit.job, "search: about this job"))->type_name("ID");
  own(app.add_option("--since", audit.since, "search: from then on"))->type_name("TIME");
  own(app.add_option("--until", audit.until, "search: before then"))->type_name("TIME");
  own(app.add_option("--seq", audit.seq, "search: the line of that number, or N-M"))
      ->type_name("NUMBER");
}

void declare_for_setup(CLI::App& app, SetupOptions& setup) {
  const auto own = [](CLI::Option* option) { return option->group("Options of setup"); };
  own(app.add_option("--web-user", setup.web_user, "Who the web front end runs as; or none"))
      ->type_name("USER");
  own(app.add_option("--allow", setup.allow,
                     "What the web may ask for: MODULE or MODULE.ACTION, with commas; or none"))
      ->type_name("WHAT");
  own(app.add_option("--units", setup.units, "Of which units it may ask the service module"))
      ->type_name("UNITS");
  own(app.add_option("--recipients", setup.recipients, "To whom it may write"))
      ->type_name("ADDRESSES");
  own(app.add_option("--web-key", setup.web_key, "The id of the key that the web signs with"))
      ->type_name("ID");
  own(app.add_option("--admin", setup.admin, "Who is put into the group of the admins; or none"))
      ->type_name("USER");
  own(app.add_option("--listen", setup.listen, "Where mgr listens on the network; or none"))
      ->type_name("ADDRESS:PORT");
  own(app.add_flag("--replace", setup.replace, "Write over a file that was edited by hand"));
}

void declare(CLI::App& app, Options& options, Flags& flags) {
  app.set_help_flag();  // --help takes the schema's help where words are given
  app.add_flag("-h,--help", options.help, "Help; after MODULE or MODULE ACTION, for that");
  app.add_flag("--version", flags.version, "Print the version of mgrctl");
  app.add_option("--root", options.root,
                 "Socket, keys, known hosts, audit log, for doctor and policy /etc/mgr and all "
                 "else: below DIR")
      ->type_name("DIR");
  app.add_option("--socket", options.socket, "Connect to the socket PATH")->type_name("PATH");
  app.add_option("--host", options.host, "Ask the host over TCP, and not this machine")
      ->type_name("HOST:PORT");
  app.add_option("--key-file", options.key_file, "Sign with this private key, and no other")
      ->type_name("FILE");
  app.add_flag("--no-sign", options.no_sign, "Sign nothing, whatever key there is");
  app.add_option("--timeout", flags.timeout_seconds,
                 "Give up after so long (60; what waits for jobs has no limit of its own)")
      ->type_name("SECONDS");
  app.add_option("--on-behalf-of", options.on_behalf_of, "For the audit: the web user behind this")
      ->type_name("NAME");
  app.add_flag("--dry-run", options.dry_run, "Say what would be run, as whom, and run nothing");
  app.add_option("--request-id", options.request_id,
                 "Makes it safe to repeat: the same id within a day gets the same job")
      ->type_name("ID");
  app.add_flag("--json", options.json, "Print the reply as JSON");
  app.add_flag("--prometheus", options.prometheus, "stats: in the text format of Prometheus");
  app.add_option("--shell", options.shell, "complete: for bash or zsh")->group("");
  app.add_flag("-q,--quiet", options.quiet,
               "Print nothing but errors and findings; of `jobs` the ids alone");
  declare_for_keys(app, options.key);
  declare_for_audit(app, options.audit);
  declare_for_review(app, options);
  declare_for_setup(app, options.setup);
  declare_for_inputs(app, options.input);
  declare_for_jobs(app, options.job);
  // The words are CLI11's extras: a list option of its would take [1,2] apart.
  app.allow_extras();
  app.formatter(std::make_shared<Layout>());
  app.footer(commands_help);
}

// What was neither an option nor an option's value. Before `--`, one that looks like an option is a
// mistake; the result is that word.
tl::expected<void, std::string> take_words(const CLI::App& app, Options& options) {
  for (std::string& word : app.remaining()) {
    const bool is_plain = options.plain_from != SIZE_MAX;
    if (!is_plain && word == "--") {
      options.plain_from = options.words.size();
    } else if (!is_plain && word.size() > 1 && word.front() == '-') {
      return tl::unexpected(std::move(word));
    } else {
      options.words.push_back(std::move(word));
    }
  }
  return {};
}

// What does not parse may still say that its exit code is to be a wait's.
ExitRule rule_of(int count, const char* const* words) {
  const bool waits = std::any_of(words, words + count, [](std::string_view word) {
    return word == "--wait" || word == "wait";
  });
  return waits ? ExitRule::wait : ExitRule::request;
}

Farewell misused(std::string_view why, ExitRule rule) {
  return {exit_code(Failure{}, rule), "mgrctl: " + harmless(why) + "; see mgrctl --help\n"};
}

}  // namespace

tl::expected<Options, Farewell> read_options(int count, const char* const* words) {
  Options options;
  Flags flags;
  const ExitRule rule = rule_of(count, words);
  CLI::App app("Asks mgr for privileged actions.", "mgrctl");
  declare(app, options, flags);
  try {
    app.parse(count, words);
  } catch (const CLI::Error& error) {
    return tl::unexpected(misused(error.what(), rule));
  }
  if (flags.version) return tl::unexpected(Farewell{ExitCode::ok, "mgrctl " MGR_VERSION "\n"});
  if (!(flags.timeout_seconds > 0 && flags.timeout_seconds <= max_timeout_seconds)) {
    return tl::unexpected(misused("--timeout wants more than 0 and at most 86400 seconds", rule));
  }
  const auto taken = take_words(app, options);
  if (!taken) return tl::unexpected(misused("there is no option " + taken.error(), rule));
  if (options.words.empty() && !options.help) {
    return tl::unexpected(misused("no command", rule));
  }
  if (options.host && (options.socket || !parse_host_port(*options.host))) {
    return tl::unexpected(misused("--host wants HOST:PORT, and no --socket beside it", rule));
  }
  if (options.key_file && (options.no_sign || options.key_file->empty())) {
    return tl::unexpected(misused("--key-file wants a file, and no --no-sign beside it", rule));
  }
  // An unset variable of a script must not mean /etc/mgr, or the root of the machine.
  if (options.files == "" || options.into == "") {
    return tl::unexpected(misused("--files and --into want a folder's name", rule));
  }
  if (app.count("--request-id") > 0 && !is_request_id(options.request_id)) {
    return tl::unexpected(misused("--request-id is 1 to 64 of A-Z a-z 0-9 _ . : and -", rule));
  }
  options.timeout_given = app.count("--timeout") > 0;
  options.timeout =
      std::chrono::milliseconds(static_cast<long>(std::ceil(flags.timeout_seconds * 1000)));
  return options;
}

std::vector<OptionHelp> known_options() {
  Options options;
  Flags flags;
  CLI::App app;
  declare(app, options, flags);
  std::vector<OptionHelp> known;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;
    const auto& letters = option->get_snames();
    known.push_back({"--" + option->get_lnames().front(),
                     letters.empty() ? "" : "-" + letters.front(),
                     option->get_items_expected_max() == 0 ? "" : option->get_type_name(),
                     option->get_description()});
  }
  return known;
}

std::string general_help() {
  Options options;
  Flags flags;
  CLI::App app("Asks mgr for privileged actions.", "mgrctl");
  declare(app, options, flags);
  return app.help();
}

}  // namespace mgr::client
