// mgr-configure (root); reads what open.h let through, and distrusts its authors'
// typing.
#include "policy/configuration.h"

#include "policy/open.h"
#include "policy/parse.h"

namespace mgr {
namespace {

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

Result<Configuration> load(const TrustedFolder& etc) {
  SystemUserDatabase users;
  Configuration configuration;
  const auto folder = [&](std::string_view name, Parse parse) {
    return load_folder(etc, name, parse, users, configuration);
  };
  const auto loaded = load_policy(etc, users, configuration)
                          .and_then([&] { return folder("rules.d", parse_policy); })
                          .and_then([&] { return folder("modules.d", parse_modules); })
                          .and_then([&] { return load_settings(etc, configuration); });
  if (!loaded) return tl::unexpected(loaded.error());
  return configuration;
}

Result<Configuration> load_opened(const Result<std::optional<TrustedFolder>>& etc,
                                  const std::string& path) {
  if (!etc) return tl::unexpected(etc.error());
  if (!*etc) return fail(ErrorCode::failed, path + ": does not exist");
  return load(**etc);
}

}  // namespace

Result<Configuration> load_configuration(const Paths& paths) {
  return load_opened(TrustedFolder::open(paths.root, "/etc/mgr"), paths.etc());
}

Result<Configuration> load_for_review(const std::string& folder) {
  return load_opened(TrustedFolder::open_untrusted(folder), folder);
}

}  // namespace mgr
