// Broker (uid mgr-broker); distrusts the ids that come over the link.
#include "broker/exchange.h"

namespace mgr::broker {
namespace {

// An id: how often the slot was used, then which slot it is.
constexpr unsigned slot_bits = 32;
constexpr std::uint64_t slot_mask = (std::uint64_t{1} << slot_bits) - 1;

}  // namespace

Exchange& Exchanges::open(Connection& client, ReplyQueue& queue) {
  if (free_.empty()) {
    const std::size_t slot = slots_.size();
    slots_.emplace_back().id = slot;
    free_.push_back(static_cast<std::uint32_t>(slot));
  }
  Exchange& exchange = slots_[free_.back()];
  free_.pop_back();
  exchange.id += slot_mask + 1;
  exchange.client = &client;
  exchange.next = nullptr;
  exchange.answered = false;
  exchange.in_use = true;
  (queue.last == nullptr ? queue.first : queue.last->next) = &exchange;
  queue.last = &exchange;
  ++queue.length;
  return exchange;
}

Exchange* Exchanges::find(std::uint64_t id) {
  const std::uint64_t slot = id & slot_mask;
  if (slot >= slots_.size()) return nullptr;
  Exchange& exchange = slots_[slot];
  return exchange.id == id && exchange.account != nullptr ? &exchange : nullptr;
}

void Exchanges::answer(Exchange& exchange, ReplyQueue& queue, std::string& out,
                       std::string_view line, bool last) {
  exchange.answered = last;
  if (&exchange != queue.first) {
    exchange.held += line;
    queue.held += line.size();
    return;
  }
  out += line;
  if (last) advance(queue, out);
}

void Exchanges::advance(ReplyQueue& queue, std::string& out) {
  while (queue.first != nullptr && queue.first->answered) {
    Exchange& done = *queue.first;
    queue.first = done.next;
    if (queue.first == nullptr) queue.last = nullptr;
    --queue.length;
    release(done);
    if (queue.first == nullptr) break;
    // The next in line speaks for itself from now on.
    out += queue.first->held;
    queue.held -= queue.first->held.size();
    queue.first->held.clear();
  }
}

void Exchanges::abandon(ReplyQueue& queue) {
  for (Exchange* exchange = queue.first; exchange != nullptr;) {
    Exchange* const next = exchange->next;
    exchange->client = nullptr;
    if (exchange->account == nullptr) release(*exchange);
    exchange = next;
  }
  queue = {};
}

void Exchanges::release(Exchange& exchange) {
  exchange.client = nullptr;
  exchange.account = nullptr;
  exchange.in_use = false;
  exchange.held = std::string();
  free_.push_back(static_cast<std::uint32_t>(exchange.id & slot_mask));
}

}  // namespace mgr::broker
