// mgr-configure, root; distrusts what lies in the folder: it may have been put back, or removed.
#include "helper/configure/audit_key.h"

#include <sodium.h>
#include <unistd.h>

#include "helper/configure/new_file.h"
#include "helper/configure/prepare.h"
#include "helper/jobs/record_file.h"
#include "protocol/audit_files.h"
#include "protocol/audit_key.h"

namespace mgr {
namespace {

bool reaches(const AuditKey& key, const AuditEnd& end) {
  return end.seq + 1 <= key.seq() + most_audit_key_steps;
}

Result<void> write_key(int folder, const char* name, const AuditKey& key) {
  if (unlinkat(folder, name, 0) == 0) {
    if (auto synced = sync_folder(folder); !synced) return synced;
  }
  AuditKeyText text;
  key.write(text);
  auto made = make_file(folder, name, 0600, {text.data(), text.size()});
  sodium_memzero(text.data(), text.size());
  return made;
}

}  // namespace

Result<void> prepare_audit_key(const Paths& paths, std::vector<std::string>& warnings) {
  if (auto made = make_folder(paths.audit_key_folder(), 0700); !made) return made;
  const auto folder = open_folder(paths.audit_key_folder());
  if (!folder) return tl::unexpected(folder.error());
  const auto end = find_audit_end(paths.log_folder());
  if (!end) return tl::unexpected(end.error());
  const auto key = AuditKey::load(paths.audit_key_file());
  if (key && reaches(*key, *end)) return {};
  if (end->has_macs) {
    warnings.push_back(paths.audit_key_file() + ": " +
                       (key ? "too old for the log" : key.error().detail) +
                       "; the audit log says so, too");
  }
  const auto first = AuditKey::load(paths.first_audit_key_file());
  if (first && reaches(*first, *end)) return write_key(folder->get(), "key", *first);
  const AuditKey made = AuditKey::random(end->seq + (end->has_macs ? 2 : 1));
  return write_key(folder->get(), "first-key", made).and_then([&] {
    return write_key(folder->get(), "key", made);
  });
}

}  // namespace mgr
