// mgr-configure (root); reads what open.h let through, and distrusts its authors'
// typing.
#include "policy/configuration.h"

#include <algorithm>

#include "policy/open.h"
#include "policy/parse.h"
#include "protocol/signature.h"
#include "protocol/text.h"

namespace mgr {
namespace {

constexpr std::string_view record_suffix = ".toml";
const std::string secret_suffix = ".secret";

using Parse = Result<void> (*)(const SourceText& source, UserDatabase& users, Configuration& into);

// Every .toml file of that folder, which may be absent.
Result<void> load_folder(const TrustedFolder& etc, std::string_view folder_name, Parse parse,
                         UserDatabase& users, Configuration& into) {
  const auto folder = etc.folder(folder_name);
  if (!folder) return tl::unexpected(folder.error());
  if (!*folder) return {};
  const auto names = (*folder)->names(".toml");
  if (!names) return tl::unexpected(names.error());
  for (const std::string& name : *names) {
    const auto text = (*folder)->read(name);
    if (!text) return tl::unexpected(text.error());
    if (!*text) return fail(ErrorCode::failed, (*folder)->path_of(name) + ": gone meanwhile");
    auto parsed = parse({(*folder)->path_of(name), **text}, users, into);
    if (!parsed) return parsed;
  }
  return {};
}

// The secret of a key for HMAC, as the helper will find it.
Result<void> look_for_secret(const TrustedFolder& folder, const std::string& id) {
  const std::string name = id + secret_suffix;
  const auto found = folder.has_secret(name, 2 * least_hmac_secret, 2 * most_hmac_secret + 1);
  if (!found) return tl::unexpected(found.error());
  if (*found) return {};
  return fail(ErrorCode::failed, folder.path_of(name) + ": does not exist, and " +
                                     folder.path_of(id + ".toml") + " is of a key for HMAC");
}

// Of those that are in use.
Result<void> look_at_secrets(const TrustedFolder& folder, Configuration& into) {
  const auto uses_secret = [](const DeclaredKey& key) {
    return !key.revoked && key.record.type == KeyType::hmac_sha256;
  };
  for (const DeclaredKey& key : into.keys) {
    if (!uses_secret(key)) continue;
    if (auto found = look_for_secret(folder, key.record.id); !found) return found;
  }
  const auto names = folder.names(secret_suffix);
  if (!names) return tl::unexpected(names.error());
  for (const std::string& name : *names) {
    const bool is_used = std::ranges::any_of(into.keys, [&](const DeclaredKey& key) {
      return uses_secret(key) && key.record.id + secret_suffix == name;
    });
    if (!is_used) {
      into.warnings.push_back(folder.path_of(name) + ": a secret that no key for HMAC uses");
    }
  }
  return {};
}

Result<void> load_key(const TrustedFolder& folder, const std::string& name, Configuration& into) {
  const std::string path = folder.path_of(name);
  const std::string id = name.substr(0, name.size() - record_suffix.size());
  if (!is_name(id)) {
    return fail(ErrorCode::failed,
                path +
                    ": the file's name is the key's id and .toml: an id is a-z, then up to 31 of "
                    "a-z 0-9 _ - .");
  }
  const auto text = folder.read(name);
  if (!text) return tl::unexpected(text.error());
  if (!*text) return fail(ErrorCode::failed, path + ": gone meanwhile");
  return parse_key({path, **text}, id, into);
}

Result<void> load_keys(const TrustedFolder& etc, bool with_secrets, Configuration& into) {
  const auto folder = etc.folder("keys.d");
  if (!folder) return tl::unexpected(folder.error());
  if (!*folder) return {};
  const auto names = (*folder)->names(record_suffix);
  if (!names) return tl::unexpected(names.error());
  for (const std::string& name : *names) {
    if (auto loaded = load_key(**folder, name, into); !loaded) return loaded;
  }
  if (std::ranges::count(into.keys, false, &DeclaredKey::revoked) >
      static_cast<std::ptrdiff_t>(most_keys)) {
    return fail(ErrorCode::failed, etc.path_of("keys.d") + ": more than " +
                                       std::to_string(most_keys) + " keys that are not revoked");
  }
  return with_secrets ? look_at_secrets(**folder, into) : Result<void>();
}

Result<void> load_policy(const TrustedFolder& etc, UserDatabase& users, Configuration& into) {
  const auto text = etc.read("policy.toml");
  if (!text) return tl::unexpected(text.error());
  if (!*text) return fail(ErrorCode::failed, etc.path_of("policy.toml") + ": does not exist");
  return parse_policy({etc.path_of("policy.toml"), **text}, users, into);
}

Result<void> load_settings(const TrustedFolder& etc, Configuration& into) {
  const auto text = etc.read("mgr.toml");
  if (!text) return tl::unexpected(text.error());
  if (!*text) return {};
  return parse_settings({etc.path_of("mgr.toml"), **text}, into);
}

Result<Configuration> load(const TrustedFolder& etc, bool with_secrets) {
  SystemUserDatabase users;
  Configuration configuration;
  const auto folder = [&](std::string_view name, Parse parse) {
    return load_folder(etc, name, parse, users, configuration);
  };
  const auto loaded = load_keys(etc, with_secrets, configuration)
                          .and_then([&] { return load_policy(etc, users, configuration); })
                          .and_then([&] { return folder("rules.d", parse_policy); })
                          .and_then([&] { return folder("modules.d", parse_modules); })
                          .and_then([&] { return load_settings(etc, configuration); });
  if (!loaded) return tl::unexpected(loaded.error());
  return configuration;
}

Result<Configuration> load_opened(const Result<std::optional<TrustedFolder>>& etc,
                                  const std::string& path, bool with_secrets) {
  if (!etc) return tl::unexpected(etc.error());
  if (!*etc) return fail(ErrorCode::failed, path + ": does not exist");
  return load(**etc, with_secrets);
}

}  // namespace

Result<Configuration> load_configuration(const Paths& paths) {
  return load_opened(TrustedFolder::open(paths.root, "/etc/mgr"), paths.etc(), true);
}

Result<Configuration> load_for_review(const std::string& folder) {
  return load_opened(TrustedFolder::open_untrusted(folder), folder, false);
}

}  // namespace mgr
