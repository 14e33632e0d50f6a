// mgrctl, with the caller's own uid; distrusts the reply.
#include "client/jobs/job.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace mgr::client {
namespace {

using Kind = JsonValue::Kind;

constexpr std::array<std::string_view, 5> ended_states{"succeeded", "failed", "stopped",
                                                       "timed-out", "lost"};

tl::unexpected<Failure> bad() {
  return failed(Failure::Kind::bad_reply, "what stands for the jobs is none");
}

// Of a list; what is no number in it is none.
std::vector<std::uint64_t> read_ids(const JsonValue* list) {
  std::vector<std::uint64_t> ids;
  if (list == nullptr || !list->is(Kind::array)) return ids;
  for (const JsonValue& item : list->items) {
    if (const auto id = item.number()) ids.push_back(*id);
  }
  return ids;
}

}  // namespace

bool Job::has_ended() const {
  return std::find(ended_states.begin(), ended_states.end(), state) != ended_states.end();
}

std::string Job::name() const { return key.empty() ? module + " " + action : key; }

std::optional<Job> read_job(const JsonValue& from) {
  const auto id = from.number_at("id");
  if (!id) return std::nullopt;
  const auto text = [&](std::string_view name) { return from.string_at(name).value_or(""); };
  Job job;
  job.id = *id;
  job.key = text("key");
  job.module = text("module");
  job.action = text("action");
  job.state = text("state");
  job.detail = text("detail");
  job.accepted = text("accepted");
  job.started = text("started");
  job.ended = text("ended");
  if (const JsonValue* caller = from.find("caller")) {
    job.uid = caller->number_at("uid");
    job.caller_key = caller->string_at("key").value_or("");
    job.on_behalf_of = caller->string_at("on_behalf_of").value_or("");
  }
  job.progress = from.number_at("progress");
  if (job.progress > 100U) job.progress = 100;
  job.exit_status = from.number_at("exit_status");
  job.signal = from.number_at("signal");
  job.wall_ms = from.number_at("wall_ms");
  job.due = text("due");
  job.waits_for = read_ids(from.find("waits_for"));
  return job;
}

Outcome<std::vector<Job>> read_jobs(const Reply& reply) {
  std::vector<Job> jobs;
  if (reply.data_json.empty()) return jobs;
  const auto data = parse_json(reply.data_json);
  if (!data) return bad();
  const JsonValue* list = data->find("jobs");
  if (list == nullptr) return jobs;
  if (!list->is(Kind::array)) return bad();
  for (const JsonValue& item : list->items) {
    auto job = read_job(item);
    if (!job) return bad();
    jobs.push_back(std::move(*job));
  }
  return jobs;
}

}  // namespace mgr::client
