// mgrctl, with the caller's own uid; distrusts the daemon's answers.
#include "client/stats.h"

#include <array>
#include <iostream>
#include <utility>
#include <vector>

#include "client/display.h"
#include "protocol/error.h"

namespace mgr::client {
namespace {

struct Metric {
  std::string_view part, name;
  bool is_now;  // a gauge; the others only grow
  std::string_view help;
};

constexpr std::array metrics{
    Metric{"helper", "answers", false, "Requests that were answered without effect"},
    Metric{"helper", "effects", false, "Requests whose effect was begun"},
    Metric{"helper", "effects_failed", false, "Effects that failed"},
    Metric{"helper", "requests_signed", false, "Requests whose signature was verified"},
    Metric{"helper", "jobs_accepted", false, "Jobs that were accepted"},
    Metric{"helper", "jobs_ended", false, "Jobs that ended"},
    Metric{"helper", "audit_lines", false, "Lines that were written to the audit log"},
    Metric{"helper", "reloads", false, "Configurations that were put into force by a reload"},
    Metric{"helper", "connections_open", true, "Local connections that are open"},
    Metric{"helper", "nonces", true, "Nonces of signed requests that are kept"},
    Metric{"broker", "connections", false, "Connections, those turned away among them"},
    Metric{"broker", "connections_open", true, "Connections that are open"},
    Metric{"broker", "connections_busy", false, "Connections that were turned away over a limit"},
    Metric{"broker", "requests", false, "Requests that were looked at"},
    Metric{"broker", "requests_waiting", true, "Connections whose next request waits"},
    Metric{"broker", "requests_refused", false, "Requests that the broker itself refused"},
    Metric{"broker", "requests_signed", false, "Signed requests that the broker did not refuse"},
    Metric{"broker", "signatures_refused", false,
           "Unknown keys and signatures that did not verify"},
    Metric{"broker", "requests_stale", false, "Signed requests for another time or host"},
    Metric{"broker", "requests_paced", false, "Requests that had to wait over requests_per_second"},
    Metric{"broker", "deadlines", false, "Requests that did not arrive in time"},
    Metric{"broker", "replies", false, "Replies of the helper that went to clients"},
    Metric{"broker", "bytes_in", false, "Bytes that clients sent"},
    Metric{"broker", "bytes_out", false, "Bytes that went to clients"}};

constexpr std::string_view refused_help = "Requests that the helper refused, by error";

// The errors of `requests_refused` that this program knows, with their numbers.
std::vector<std::pair<std::string_view, std::uint64_t>> refusals(const JsonValue& data) {
  std::vector<std::pair<std::string_view, std::uint64_t>> known;
  const JsonValue* helper = data.find("helper");
  const JsonValue* refused = helper == nullptr ? nullptr : helper->find("requests_refused");
  if (refused == nullptr) return known;
  for (int code = 1; code <= 13; ++code) {
    const std::string_view name = error_name(static_cast<ErrorCode>(code));
    if (const auto number = refused->number_at(name)) known.emplace_back(name, *number);
  }
  return known;
}

std::optional<std::uint64_t> number_of(const JsonValue& data, const Metric& metric) {
  const JsonValue* part = data.find(metric.part);
  return part == nullptr ? std::nullopt : part->number_at(metric.name);
}

void append_head(std::string& text, const std::string& name, std::string_view help,
                 std::string_view type) {
  text.append("# HELP ").append(name).append(" ").append(help).append("\n");
  text.append("# TYPE ").append(name).append(" ").append(type).append("\n");
}

}  // namespace

std::string prometheus_text(const JsonValue& data) {
  std::string text;
  for (const Metric& metric : metrics) {
    const auto number = number_of(data, metric);
    if (!number) continue;
    const std::string name = "mgr_" + std::string(metric.part) + "_" + std::string(metric.name) +
                             (metric.is_now ? "" : "_total");
    append_head(text, name, metric.help, metric.is_now ? "gauge" : "counter");
    text.append(name).append(" ").append(std::to_string(*number)).append("\n");
  }
  const auto refused = refusals(data);
  const std::string name = "mgr_helper_requests_refused_total";
  if (!refused.empty()) append_head(text, name, refused_help, "counter");
  for (const auto& [error, number] : refused) {
    text.append(name).append("{error=\"").append(error).append("\"} ");
    text.append(std::to_string(number)).append("\n");
  }
  return text;
}

std::string stats_table(const JsonValue& data) {
  std::vector<std::vector<std::string>> rows;
  const auto add = [&](std::string_view part, std::string_view name, std::uint64_t number) {
    rows.push_back({std::string(part), std::string(name), std::to_string(number)});
  };
  for (const Metric& metric : metrics) {
    if (const auto number = number_of(data, metric)) add(metric.part, metric.name, *number);
    if (metric.name != "requests_signed" || metric.part != "helper") continue;
    for (const auto& [error, number] : refusals(data)) {
      add("helper", "refused " + std::string(error), number);
    }
  }
  return render_table(rows);
}

ExitCode run_stats(const Options& options, const Session& session) {
  if (options.words.size() != 1 || (options.prometheus && session.json)) {
    return report(session, Failure{Failure::Kind::invalid_request,
                                   "stats takes no values, and one of --json and --prometheus"});
  }
  const auto show = [&](const Reply& reply) -> Outcome<void> {
    const auto data = parse_json(reply.data_json);
    if (!data) return failed(Failure::Kind::bad_reply, "there are no numbers in it");
    std::cout << (options.prometheus ? prometheus_text(*data) : stats_table(*data));
    return {};
  };
  const auto reply = converse(session, {"mgr", "stats", {}, ""}, show);
  if (!reply) return report(session, reply.error());
  if (!reply->success && !session.json) return report(session, *reply);
  return finish(session, exit_code(*reply));
}

}  // namespace mgr::client
