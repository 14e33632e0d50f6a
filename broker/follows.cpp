// Broker (uid mgr-broker); distrusts the output, and checks what the helper says.
#include "broker/follows.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "broker/job_output_json.h"
#include "protocol/reply.h"
#include "protocol/text.h"

namespace mgr::broker {

bool Follows::begin(Exchange& exchange, const FollowMessage& message,
                    std::array<Descriptor, descriptors_of_output> files) {
  if (!is_name(message.action)) return false;
  if (exchange.client == nullptr) return true;
  if (Follow* const known = find(exchange.id)) {
    known->output->reopen(std::move(files));
    grew(exchange);
    return true;
  }
  if (follows_.size() - kept_back_ >= most_live) return false;
  Follow follow{&exchange, std::string(message.action), JobOutput(std::move(files))};
  if (message.tail > 0) follow.output->begin_with_last(message.tail);
  follow.output->begin_from(message.from);
  stand_in_line(follows_.emplace(exchange.id, std::move(follow)).first->second);
  return true;
}

void Follows::grew(const Exchange& exchange) {
  Follow* const follow = find(exchange.id);
  if (follow == nullptr) return;
  follow->unread = true;
  stand_in_line(*follow);
}

bool Follows::keep_back(Exchange& exchange, std::string_view line) {
  Follow* const follow = find(exchange.id);
  if (follow == nullptr) return false;
  follow->account = std::exchange(exchange.account, nullptr);
  follow->last = line;
  follow->unread = true;
  if (kept_back_ >= most_kept_back) {
    follow->output.reset();
    follow->records.clear();
    follow->unread = false;
    follow->last = failure_line({ErrorCode::busy, "too many are reading the output of jobs"});
  }
  ++kept_back_;
  stand_in_line(*follow);
  return true;
}

void Follows::drop(const Exchange& exchange) {
  const auto found = follows_.find(exchange.id);
  if (found == follows_.end()) return;
  Account* const account = found->second.account;
  follows_.erase(found);
  if (account == nullptr) return;
  --kept_back_;
  clients_.accounts().answered(*account);
}

bool Follows::relay() {
  bool left = false;
  for (std::size_t visits = line_.size(); visits > 0; --visits) {
    const std::uint64_t id = line_.front();
    line_.pop_front();
    Follow* const follow = find(id);
    if (follow == nullptr) continue;
    follow->in_line = false;
    if (budget_ > 0 && may_speak(*follow)) step(*follow);
    // A step that said the last line has ended the follow.
    if (Follow* const after = find(id); after != nullptr && has_work(*after)) {
      stand_in_line(*after);
      left = left || may_speak(*after);
    }
  }
  return left;
}

Follows::Follow* Follows::find(std::uint64_t id) {
  const auto found = follows_.find(id);
  return found == follows_.end() ? nullptr : &found->second;
}

void Follows::stand_in_line(Follow& follow) {
  if (!std::exchange(follow.in_line, true)) line_.push_back(follow.exchange->id);
}

bool Follows::has_work(const Follow& follow) {
  return follow.unread || !follow.records.empty() || follow.account != nullptr;
}

bool Follows::may_speak(const Follow& follow) {
  Connection& client = *follow.exchange->client;
  return client.replies.first == follow.exchange && clients_.may_stream(client);
}

void Follows::step(Follow& follow) {
  spend(cost_of_a_step);
  if (follow.records.empty() && follow.unread) read(follow);
  while (!follow.records.empty() && budget_ > 0 && may_speak(follow)) {
    say(*follow.exchange, part_line(follow.action, take_output_data(follow.records)), false);
  }
  if (!follow.records.empty() || follow.unread || follow.account == nullptr) return;
  Exchange& exchange = *follow.exchange;
  const std::string last = std::move(follow.last);
  drop(exchange);
  say(exchange, last, true);
}

void Follows::read(Follow& follow) {
  const std::uint64_t before = follow.output->position();
  OutputBatch batch = follow.output->read();
  const std::uint64_t after = follow.output->position();
  spend(after > before ? (after - before) / 4 : 0);
  follow.unread = batch.more;
  follow.records.assign(std::make_move_iterator(batch.records.begin()),
                        std::make_move_iterator(batch.records.end()));
  if (follow.account == nullptr) return;
  // What was there when the last reply came ends, however fast the job prints on.
  const std::uint64_t rewritten = follow.output->rewritten();
  if (!follow.rewritten_at_last) follow.rewritten_at_last = rewritten;
  if (rewritten - *follow.rewritten_at_last >= 2) follow.unread = false;
}

void Follows::say(Exchange& exchange, std::string_view line, bool last) {
  Connection& client = *exchange.client;
  exchanges_.answer(exchange, client.replies, client.outbox.buffer(), line, last);
  clients_.touch(client);
  spend(line.size());
}

}  // namespace mgr::broker
