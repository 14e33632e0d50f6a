// mgr-scan · user mgr-scan, or root for --accept · see walk.h and baseline_store.h for whom each
// distrusts.
#include "modules/mgr-scan/commands.h"

#include <unistd.h>

#include <optional>
#include <utility>

#include "modules/mgr-scan/baseline_store.h"
#include "modules/mgr-scan/beneath.h"
#include "modules/mgr-scan/printable.h"
#include "modules/mgr-scan/settings.h"
#include "modules/mgr-scan/walk.h"

namespace mgr_scan {
namespace {

Result<void> judge(const std::optional<Snapshot>& accepted, const Snapshot& now, Outcome& outcome) {
  if (!accepted) {
    outcome.verdict = Verdict::kProposed;
    return {};
  }
  if (accepted->folder != now.folder) {
    return failure("the accepted baseline is of the folder " + printable(accepted->folder) +
                   ", this scan of " + printable(now.folder) +
                   ": accept the new proposal with --accept");
  }
  outcome.differences = compare(*accepted, now);
  const bool same = outcome.differences.empty() && outcome.unsettled.empty();
  outcome.verdict = same ? Verdict::kUnchanged : Verdict::kChanged;
  return {};
}

// 1. what is asked for  2. walk  3. propose  4. compare with what root accepted
Result<Outcome> scan_beneath(int root, std::uint32_t id, Progress& progress) {
  const auto settings = load_settings(root, id);
  if (!settings) return tl::unexpected<Error>(settings.error());
  auto walk = walk_folder(*settings, progress);
  if (!walk) return tl::unexpected<Error>(walk.error());
  const auto text = encode_baseline(walk->snapshot);
  if (!text) return tl::unexpected<Error>(text.error());

  const BaselineStore store(root, id);
  if (auto done = store.write_proposed(*text); !done) return tl::unexpected<Error>(done.error());
  const auto accepted = store.read_accepted();
  if (!accepted) return tl::unexpected<Error>(accepted.error());

  Outcome outcome;
  outcome.unsettled = std::move(walk->unsettled);
  outcome.excluded = walk->excluded;
  outcome.bytes_read = walk->bytes_read;
  outcome.proposal = digest_of(*text);
  describe(walk->snapshot, outcome);
  return judge(*accepted, walk->snapshot, outcome).map([&] { return std::move(outcome); });
}

Result<void> may_accept(const BaselineStore::Proposal& proposal, const Settings& settings,
                        const std::string& digest) {
  if (proposal.snapshot.folder != settings.folder) {
    return failure("the proposal is of the folder " + printable(proposal.snapshot.folder) +
                   ", the settings name " + printable(settings.folder) + ": scan first");
  }
  if (!digest.empty() && proposal.digest != digest) {
    return failure("the proposal is now " + proposal.digest + ": nothing is accepted");
  }
  return {};
}

// 1. read what mgr-scan proposed, as hostile text  2. is it what root means?  3. move the baseline
Result<Outcome> accept_beneath(int root, std::uint32_t id, const std::string& digest) {
  const auto settings = load_settings(root, id);
  if (!settings) return tl::unexpected<Error>(settings.error());
  const BaselineStore store(root, id);
  const auto proposal = store.read_proposed();
  if (!proposal) return tl::unexpected<Error>(proposal.error());
  const auto allowed = may_accept(*proposal, *settings, digest);
  if (!allowed) return tl::unexpected<Error>(allowed.error());
  const auto old = store.read_accepted();
  if (!old) return tl::unexpected<Error>(old.error());
  const auto text = encode_baseline(proposal->snapshot);
  if (!text) return tl::unexpected<Error>(text.error());
  if (auto done = store.write_accepted(*text); !done) return tl::unexpected<Error>(done.error());

  Outcome outcome;
  outcome.verdict = Verdict::kAccepted;
  outcome.proposal = proposal->digest;
  if (*old) outcome.differences = compare(**old, proposal->snapshot);
  describe(proposal->snapshot, outcome);
  return outcome;
}

}  // namespace

Result<Outcome> scan(const std::string& root_path, std::uint32_t id, Progress& progress) {
  return open_root(root_path).and_then(
      [&](const Descriptor& root) { return scan_beneath(root.get(), id, progress); });
}

Result<Outcome> accept(const std::string& root_path, std::uint32_t id, const std::string& digest) {
  if (::geteuid() != 0) return failure("--accept moves the baseline: only root may do that");
  return open_root(root_path).and_then(
      [&](const Descriptor& root) { return accept_beneath(root.get(), id, digest); });
}

}  // namespace mgr_scan
