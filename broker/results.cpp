// Broker (uid mgr-broker); distrusts the output.
#include "broker/results.h"

#include <utility>

#include "broker/job_result.h"

namespace mgr::broker {

void Results::add(std::uint64_t id, const ResultMessage& message,
                  std::array<Descriptor, descriptors_of_output> files) {
  waiting_.push_back(
      {id, message.json, message.printed, std::string(message.line), std::move(files)});
}

std::optional<FinishedResult> Results::take(const CallerOf& caller_of) {
  for (int round = 0; round < 2; ++round) {
    for (auto next = waiting_.begin(); next != waiting_.end(); ++next) {
      const auto caller = caller_of(next->id);
      if (!caller || !served_.insert(*caller).second) continue;
      Waiting taken = std::move(*next);
      waiting_.erase(next);
      return read(std::move(taken));
    }
    served_.clear();
  }
  return std::nullopt;
}

FinishedResult Results::read(Waiting next) {
  JobOutput output(std::move(next.files));
  const PrintedResult printed = read_result(output, next.printed);
  std::string line = result_line({next.json, next.printed, next.line}, printed);
  return {next.id, std::move(line), printed.output.size() + printed.error.size()};
}

}  // namespace mgr::broker
