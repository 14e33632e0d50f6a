// Broker (uid mgr-broker).
#include "broker/repeats.h"

#include <utility>

namespace mgr::broker {

void Repeats::set_time(std::uint64_t now_ms) {
  if (now_ms < began_ms_ + kept_ms) return;
  before_ = now_ms < began_ms_ + 2 * kept_ms ? std::move(now_) : Span();
  now_ = Span();
  began_ms_ = now_ms;
}

void Repeats::add(std::string_view key, std::string_view nonce) {
  if (now_.size >= most) return;
  auto& nonces = now_.nonces[std::string(key)];
  if (nonces.size() < most_of_key && nonces.emplace(nonce).second) ++now_.size;
}

bool Repeats::contains(std::string_view key, std::string_view nonce) const {
  return now_.contains(key, nonce) || before_.contains(key, nonce);
}

bool Repeats::Span::contains(std::string_view key, std::string_view nonce) const {
  const auto found = nonces.find(key);
  return found != nonces.end() && found->second.contains(std::string(nonce));
}

}  // namespace mgr::broker
