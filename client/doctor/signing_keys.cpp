// mgrctl, with the caller's own uid. Whose signatures count, and for how long; root's own key, and
// who this host is.
#include <algorithm>
#include <ctime>

#include "client/doctor/checks.h"
#include "client/files.h"
#include "client/keys/key_record.h"
#include "client/review/show_plan.h"

namespace mgr::client {
namespace {

constexpr std::int64_t soon_s = std::int64_t{30} * 24 * 3600;
constexpr const char* root_key_id = "root";

void judge_validity(const Subject& subject, const DeclaredKey& key, std::int64_t now,
                    Report& report) {
  const std::string id = key.record.id;
  const std::int64_t end = key.record.not_after;
  if (end <= now) {
    report.warn("the key " + id + " has run out, on " + validity_text(end),
                subject.mgrctl("key revoke " + shell_word(id)));
  } else if (end - now < soon_s) {
    report.warn("the key " + id + " runs out on " + validity_text(end),
                "mgrctl keygen NEW_ID --output FILE, by who has it, and then mgrctl key add");
  }
}

bool has_principal(const Configuration& configuration, const std::string& id) {
  return std::ranges::any_of(configuration.policy.principals, [&](const Principal& principal) {
    return std::ranges::find(principal.keys, id) != principal.keys.end();
  });
}

void look_for_roots_key(const Subject& subject, Report& report) {
  const std::string file = subject.paths.root_key_file();
  const auto& keys = subject.configuration->keys;
  const auto record = std::ranges::find_if(
      keys, [](const DeclaredKey& key) { return key.record.id == root_key_id; });
  const std::string add = subject.mgrctl("key add root --from ") + shell_word(file);
  if (record == keys.end() || record->revoked) {
    if (!exists(file)) {
      return report.warn(
          "root has no key: what wants a signature, as a shutdown, it may not ask for",
          "mgrctl keygen root --output " + shell_word(file) + "; " + add);
    }
    return report.warn(file + ": mgrctl signs with it for root, and it is let in by no record",
                       add + ", or rm " + shell_word(file));
  }
  if (!has_principal(*subject.configuration, root_key_id)) {
    report.warn("no principal has key = \"root\": what root signs is nobody's",
                "editor " + shell_word(subject.paths.policy_file()));
  }
}

}  // namespace

void check_keys(const Subject& subject, Report& report) {
  if (!subject.configuration) return report.skip("the configuration does not load");
  if (!exists(subject.paths.host_id_file())) {
    return report.skip("the first start of mgr-helper makes root's key, and the host's");
  }
  if (!exists(subject.paths.known_host_file())) {
    report.warn(subject.paths.known_host_file() + ": is not there: nobody here knows this host",
                subject.restart("mgr-helper"));
  }
  const auto now = static_cast<std::int64_t>(std::time(nullptr));
  std::size_t count = 0;
  for (const DeclaredKey& key : subject.configuration->keys) {
    if (key.revoked) continue;
    judge_validity(subject, key, now, report);
    ++count;
  }
  look_for_roots_key(subject, report);
  report.sum_up(std::to_string(count) + (count == 1 ? " key counts" : " keys count"));
}

}  // namespace mgr::client
