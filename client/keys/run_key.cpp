// mgrctl, with the caller's own uid; distrusts the files' authors, and the daemon's answers.
#include "client/keys/run_key.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <iostream>

#include "client/display.h"
#include "client/files.h"
#include "client/given_options.h"
#include "client/import/policy_files.h"
#include "client/keys/key_list.h"
#include "client/keys/new_key.h"
#include "client/own_words.h"
#include "client/reload.h"
#include "client/review/policy_source.h"
#include "protocol/paths.h"
#include "protocol/text.h"

namespace mgr::client {
namespace {

using Kind = Failure::Kind;

tl::unexpected<Failure> invalid(std::string detail) {
  return failed(Kind::invalid_request, std::move(detail));
}

struct RecordFiles {
  std::string record, secret;
};

RecordFiles files_of(const Options& options, const std::string& id) {
  const std::string stem = Paths(options.root.value_or("")).keys_folder() + '/' + id;
  return {stem + ".toml", stem + ".secret"};
}

// The secret first: a record without one is a mistake in the files, a secret without a record none.
Outcome<void> write_files_of(const NewKey& key, const RecordFiles& files) {
  if (exists(files.record)) {
    return invalid(key.id + " is taken, by " + files.record +
                   ", and no ID is taken twice: make a key with another");
  }
  if (key.secret) {
    auto written = create_file(files.secret, key.secret->view(), 0600);
    if (!written) return written;
  }
  auto written = create_file(files.record, record_text(key.record), 0644);
  if (!written && key.secret) ::unlink(files.secret.c_str());
  return written;
}

// What a mistake in the record's own file leaves behind would keep mgr-helper from its next start.
bool take_back(const NewKey& key, const RecordFiles& files, const Failure& failure) {
  const bool is_ours =
      failure.detail.starts_with(files.record) || failure.detail.starts_with(files.secret);
  if (failure.kind != Kind::invalid_request || !is_ours) return false;
  ::unlink(files.record.c_str());
  if (key.secret) ::unlink(files.secret.c_str());
  return true;
}

ExitCode count_now(const Options& options, const Session& session, const std::string& what) {
  const InForce in_force = put_in_force(options, session);
  say_when(in_force, what);
  if (in_force.when == InForce::When::now && !session.quiet) {
    std::cout << what << " is in force\n";
  }
  return finish(session, in_force.code);
}

// Who the key is by the policy; what is not there yet stands on standard error for the admin.
void say_whose(const PolicyReview& review, const std::string& id) {
  const auto names = principals_of(review, id);
  if (!names.empty()) return;
  std::cerr << "mgrctl: no principal has it yet; policy.toml needs key = [\"" << id
            << "\"] in a [[principal]], and then `mgrctl reload`\n";
}

ExitCode run_add(const Options& options, const Session& session) {
  const auto key = read_new_key(options);
  if (!key) return report(session, key.error());
  const RecordFiles files = files_of(options, key->id);
  const auto written = write_files_of(*key, files);
  if (!written) return report(session, written.error());
  const auto policy = load_files(options, std::nullopt);
  if (policy) {
    say_whose(policy->review, key->id);
  } else if (take_back(*key, files, policy.error())) {
    return report(session, policy.error());
  }
  return count_now(options, session, "the key " + key->id);
}

ExitCode run_revoke(const Options& options, const Session& session) {
  if (options.words.size() != 3 || !is_name(options.words[2])) {
    return report(session, Failure{Kind::invalid_request, "key revoke wants the ID of a key"});
  }
  const std::string& id = options.words[2];
  const std::string file = files_of(options, id).record;
  const auto source = read_source(file);
  if (!source) return report(session, source.error());
  const auto written = replace_file(file, revoked_text(source->text), 0644);
  if (!written) return report(session, written.error());
  const auto policy = load_files(options, std::nullopt);
  if (policy) {
    const DeclaredKey* key = find_key(policy->review, id);
    if (key == nullptr || !key->revoked) {
      return report(session, Failure{Kind::invalid_request, file + " is still not revoked"});
    }
  }
  return count_now(options, session, "the end of the key " + id);
}

ExitCode run_list(const Options& options, const Session& session) {
  if (options.words.size() != 2) {
    return report(session, Failure{Kind::invalid_request, "key list takes no words"});
  }
  const auto policy = load_files(options, options.files);
  if (!policy) return report(session, policy.error());
  const std::int64_t now_s = std::time(nullptr);
  if (session.json) {
    std::cout << key_json(policy->review, now_s);
  } else if (session.quiet) {
    for (const DeclaredKey& key : policy->review.keys) std::cout << key.record.id << '\n';
  } else {
    std::cout << key_table(policy->review, now_s);
  }
  return finish(session, ExitCode::ok);
}

struct Part {
  std::string_view word;
  ExitCode (*run)(const Options&, const Session&);
};
constexpr std::array parts{Part{"add", run_add}, Part{"list", run_list},
                           Part{"revoke", run_revoke}};

}  // namespace

ExitCode run_key(const Options& options, const Session& session) {
  const auto* part = options.words.size() < 2
                         ? parts.end()
                         : std::ranges::find(parts, options.words[1], &Part::word);
  if (part == parts.end()) {
    return report(session, Failure{Kind::invalid_request, "key add, key list or key revoke?"});
  }
  if (options.host) {
    return report(session, Failure{Kind::invalid_request, "key is about this machine's own keys"});
  }
  const std::string command = "key " + std::string(part->word);
  const auto fits = check_options(given_options(options), options_of(command), command);
  if (!fits) return report(session, fits.error());
  return part->run(options, session);
}

}  // namespace mgr::client
