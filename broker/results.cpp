// Broker (uid mgr-broker); distrusts the output.
#include "broker/results.h"

#include <algorithm>

#include "broker/job_result.h"

namespace mgr::broker {
namespace {

constexpr std::uint64_t nobody = UINT64_MAX;  // no account's number

}  // namespace

bool Results::add(std::uint64_t id, const ResultMessage& message,
                  std::array<Descriptor, descriptors_of_output> files) {
  if (waiting_.size() >= most_waiting) return false;
  waiting_.push_back({id, message.json, message.printed, std::string(message.line),
                      std::string(message.signature), std::move(files)});
  return true;
}

bool Results::relay() {
  while (!waiting_.empty()) {
    if (budget_ == 0) return true;
    auto next = take();
    if (!next) return false;
    answer(std::move(*next));
  }
  return false;
}

// Nobody's, where the request has been answered or its client has gone: then it can go at once.
std::optional<std::uint64_t> Results::taker_of(const Waiting& waiting) {
  const Exchange* const exchange = exchanges_.find(waiting.id);
  if (exchange == nullptr || exchange->client == nullptr) return nobody;
  Connection& client = *exchange->client;
  if (client.replies.first != exchange || !clients_.may_take_result(client)) return std::nullopt;
  return client.account.whole().number;
}

std::optional<Results::Waiting> Results::take() {
  for (int round = 0; round < 2; ++round) {
    for (auto next = waiting_.begin(); next != waiting_.end(); ++next) {
      const auto caller = taker_of(*next);
      if (!caller || !served_.insert(*caller).second) continue;
      Waiting taken = std::move(*next);
      waiting_.erase(next);
      return taken;
    }
    served_.clear();
  }
  return std::nullopt;
}

// Its request may have been answered meanwhile, by the loss of the link.
void Results::answer(Waiting next) {
  JobOutput output(std::move(next.files));
  const PrintedResult printed = read_result(output, next.printed);
  const std::size_t cost = printed.output.size() + printed.error.size();
  budget_ -= std::min(budget_, cost);
  answer_(next.id, result_line({next.json, next.printed, next.line, next.signature}, printed));
}

}  // namespace mgr::broker
