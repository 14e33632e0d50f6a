// mgrctl, with the caller's own uid.
#include "client/given_options.h"

#include <initializer_list>
#include <utility>

#include "client/own_words.h"

namespace mgr::client {
namespace {

std::vector<std::string_view> those_given(
    std::initializer_list<std::pair<std::string_view, bool>> options) {
  std::vector<std::string_view> given;
  for (const auto& [name, is_given] : options) {
    if (is_given) given.push_back(name);
  }
  return given;
}

std::vector<std::string_view> given_of(const KeyOptions& options) {
  return those_given({{"--type", options.type.has_value()},
                      {"--output", options.output.has_value()},
                      {"--from", options.from.has_value()},
                      {"--not-before", options.not_before.has_value()},
                      {"--not-after", options.not_after.has_value()},
                      {"--comment", options.comment.has_value()}});
}

std::vector<std::string_view> given_of(const AuditOptions& options) {
  return those_given({{"--action", options.action.has_value()},
                      {"--event", options.event.has_value()},
                      {"--job", options.job.has_value()},
                      {"--since", options.since.has_value()},
                      {"--until", options.until.has_value()},
                      {"--seq", options.seq.has_value()},
                      {"--head", options.head.has_value()},
                      {"--lines", options.lines.has_value()},
                      {"--follow", options.follow}});
}

std::vector<std::string_view> given_of(const SetupOptions& options) {
  return those_given({{"--web-user", options.web_user.has_value()},
                      {"--allow", options.allow.has_value()},
                      {"--units", options.units.has_value()},
                      {"--recipients", options.recipients.has_value()},
                      {"--web-key", options.web_key.has_value()},
                      {"--admin", options.admin.has_value()},
                      {"--listen", options.listen.has_value()},
                      {"--replace", options.replace}});
}

}  // namespace

std::vector<std::string_view> given_options(const Options& options) {
  std::vector<std::string_view> given =
      those_given({{"--as", options.as.has_value()},
                   {"--files", options.files.has_value()},
                   {"--into", options.into.has_value()},
                   {"--body", options.input.body.has_value()},
                   {"--secret-stdin", options.input.secret_stdin},
                   {"--yes", options.input.yes},
                   {"--dry-run", options.dry_run},
                   {"--request-id", !options.request_id.empty()},
                   {"--on-behalf-of", !options.on_behalf_of.empty()},
                   {"--prometheus", options.prometheus},
                   {"--shell", options.shell.has_value()},
                   {"--json", options.json}});
  for (const auto& more :
       {given_of(options.key), given_of(options.audit), given_of(options.setup)}) {
    given.insert(given.end(), more.begin(), more.end());
  }
  return given;
}

std::vector<std::string_view> given_options(const JobOptions& options) {
  return those_given({{"--state", options.state.has_value()},
                      {"--module", options.module.has_value()},
                      {"--caller", options.caller.has_value()},
                      {"--key", options.key.has_value()},
                      {"--limit", options.limit.has_value()},
                      {"--tail", options.tail.has_value()},
                      {"--older-than", options.older_than.has_value()},
                      {"--watch", options.watch},
                      {"--times", options.times},
                      {"--mine", options.mine},
                      {"--wait", options.wait}});
}

Outcome<void> check_options(const std::vector<std::string_view>& given, std::string_view allowed,
                            std::string_view command) {
  for (const std::string_view name : given) {
    if (has_word(allowed, name)) continue;
    return failed(Failure::Kind::invalid_request,
                  std::string(name) + " is not for " + std::string(command));
  }
  return {};
}

}  // namespace mgr::client
