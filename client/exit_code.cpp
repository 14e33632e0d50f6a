// mgrctl, with the caller's own uid.
#include "client/exit_code.h"

#include <algorithm>
#include <cstring>

#include "client/display.h"
#include "client/json_value.h"
#include "protocol/error.h"

namespace mgr::client {
namespace {

constexpr std::uint64_t highest_own_status = 123;

ExitCode exit_code_of_request(const Reply& reply) {
  if (reply.success) return ExitCode::ok;
  switch (static_cast<ErrorCode>(reply.err_code)) {
    case ErrorCode::unknown_action:
    case ErrorCode::malformed:
    case ErrorCode::invalid_argument:
    case ErrorCode::too_large:
      return ExitCode::usage;
    case ErrorCode::unauthenticated:
    case ErrorCode::denied:
    case ErrorCode::stale:
      return ExitCode::denied;
    case ErrorCode::busy:
    case ErrorCode::unavailable:
      return ExitCode::unavailable;
    case ErrorCode::failed:
    case ErrorCode::conflict:
    case ErrorCode::not_found:
    case ErrorCode::timeout:
      return ExitCode::failed;
  }
  return ExitCode::failed;
}

std::string signal_text(std::uint64_t number) {
  const char* name = number < 128 ? ::sigabbrev_np(static_cast<int>(number)) : nullptr;
  return std::to_string(number) + (name == nullptr ? "" : " (" + std::string(name) + ")");
}

ExitCode exit_code(const Job& job) {
  if (job.state == "timed-out") return ExitCode::timed_out;
  if (job.state == "succeeded" && !job.exit_status) return ExitCode::ok;
  if ((job.state == "succeeded" || job.state == "failed") && job.exit_status) {
    return static_cast<ExitCode>(std::min(*job.exit_status, highest_own_status));
  }
  return ExitCode::mgr_failed;
}

std::string what_became_of(const Job& job) {
  if (job.state == "timed-out") return "ran out of time";
  if (job.state == "stopped") return "was stopped";
  if (job.state == "lost") return "is lost";
  if (job.signal) return "was killed by signal " + signal_text(*job.signal);
  if (job.exit_status) return "exited with status " + std::to_string(*job.exit_status);
  if (job.state == "failed") return "failed without an exit status";
  return "has not ended: " + shortened(job.state, 32);
}

}  // namespace

ExitCode exit_code(const Reply& reply, ExitRule rule) {
  const ExitCode code = exit_code_of_request(reply);
  if (rule == ExitRule::request) return code;
  if (static_cast<ErrorCode>(reply.err_code) == ErrorCode::timeout) return ExitCode::timed_out;
  return code == ExitCode::failed || code == ExitCode::usage ? ExitCode::mgr_failed : code;
}

ExitCode exit_code(const Failure& failure, ExitRule rule) {
  const bool for_wait = rule == ExitRule::wait;
  switch (failure.kind) {
    case Failure::Kind::invalid_request:
      return for_wait ? ExitCode::mgr_failed : ExitCode::usage;
    case Failure::Kind::no_answer:
      return for_wait ? ExitCode::timed_out : ExitCode::unavailable;
    case Failure::Kind::bad_reply:
    case Failure::Kind::unproven_reply:
      return for_wait ? ExitCode::mgr_failed : ExitCode::unavailable;
    case Failure::Kind::cannot_connect:
    case Failure::Kind::connection_lost:
      break;
  }
  return ExitCode::unavailable;
}

ExitCode exit_code(const std::vector<Job>& jobs) {
  ExitCode highest = ExitCode::ok;
  for (const Job& job : jobs) highest = std::max(highest, exit_code(job));
  return highest;
}

std::optional<ExitCode> exit_code_of_command(const Reply& reply) {
  const auto data = parse_json(reply.data_json);
  if (reply.data_json.empty() || !data || !data->number_at("job")) return std::nullopt;
  if (static_cast<ErrorCode>(reply.err_code) == ErrorCode::timeout) return ExitCode::timed_out;
  const auto status = data->number_at("exit");
  // With an exit status of 0 it is not the command that failed.
  if (!status || (!reply.success && *status == 0)) return ExitCode::mgr_failed;
  return static_cast<ExitCode>(std::min(*status, highest_own_status));
}

std::optional<std::string> why_no_status(const Job& job) {
  if (exit_code(job) < ExitCode::timed_out && job.exit_status.value_or(0) <= highest_own_status) {
    return std::nullopt;
  }
  std::string text = "job " + std::to_string(job.id) + ' ' + what_became_of(job);
  return job.detail.empty() ? text : text + ": " + harmless(job.detail);
}

}  // namespace mgr::client
