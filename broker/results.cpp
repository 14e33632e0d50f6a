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

FinishedResult Results::take() {
  Waiting next = std::move(waiting_.front());
  waiting_.pop_front();
  JobOutput output(std::move(next.files));
  const PrintedResult printed = read_result(output, next.printed);
  std::string line = result_line({next.json, next.printed, next.line}, printed);
  return {next.id, std::move(line), printed.output.size() + printed.error.size()};
}

}  // namespace mgr::broker
