// mgr-helper, root; pure. The broker's numbers are believed as little as anything it says.
#include "helper/stats.h"

#include "protocol/json.h"
#include "protocol/root_language.h"

namespace mgr {

std::string stats_object(const HelperNumbers& helper, const std::vector<std::uint64_t>& broker) {
  const AuditCounts& counted = helper.counted;
  JsonWriter json;
  json.open_object().key("helper").open_object();
  json.member("answers", counted.answers).member("effects", counted.effects);
  json.member("effects_failed", counted.effects_failed);
  json.member("requests_signed", counted.requests_signed).key("requests_refused").open_object();
  for (std::size_t code = 1; code < counted.refused.size(); ++code) {
    if (counted.refused.at(code) == 0) continue;
    json.member(error_name(static_cast<ErrorCode>(code)), counted.refused.at(code));
  }
  json.close_object().member("jobs_accepted", counted.jobs_accepted);
  json.member("jobs_ended", counted.jobs_ended).member("audit_lines", counted.lines);
  json.member("reloads", helper.reloads).member("connections_open", helper.connections_open);
  json.member("nonces", helper.nonces).close_object();
  if (broker.size() != broker_counters.size()) return json.close_object().take();
  json.key("broker").open_object();
  for (std::size_t i = 0; i < broker.size(); ++i) {
    json.member(broker_counters.at(i), broker.at(i));
  }
  return json.close_object().close_object().take();
}

}  // namespace mgr
