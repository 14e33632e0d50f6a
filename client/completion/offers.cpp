// mgrctl, with the caller's own uid; distrusts what is offered.
#include "client/completion/offers.h"

#include <algorithm>

#include "client/display.h"
#include "protocol/text.h"

namespace mgr::client {
namespace {

// Nobody reads more; a daemon that lies may send a million.
constexpr std::size_t most_candidates = 1000;
constexpr std::size_t longest_summary = 80;

bool is_text_for_a_shell(std::string_view text) {
  return !text.empty() && is_value(text) && harmless(text) == text;
}

}  // namespace

void Offers::enter(std::string_view name) {
  before_ += current_.substr(0, name.size() + 1);
  current_.erase(0, name.size() + 1);
}

void Offers::enter_list() {
  for (std::size_t comma = current_.find(','); comma != std::string::npos;
       comma = current_.find(',')) {
    elements_.push_back(current_.substr(0, comma));
    before_ += current_.substr(0, comma + 1);
    current_.erase(0, comma + 1);
  }
}

void Offers::add(std::string_view text, std::string_view summary) {
  if (!text.starts_with(current_)) return;
  if (std::ranges::find(elements_, text) != elements_.end()) return;
  std::string whole = before_ + std::string(text);
  if (whole.starts_with('-') && !is_plain_ && before_.empty()) return;
  keep(std::move(whole), summary);
}

void Offers::add_option(std::string_view name, std::string_view summary) {
  if (name.starts_with(current_)) keep(std::string(name), summary);
}

void Offers::keep(std::string text, std::string_view summary) {
  if (found_.words.size() >= most_candidates || !is_text_for_a_shell(text)) return;
  if (!texts_.insert(text).second) return;
  found_.words.push_back({std::move(text), shortened(summary, longest_summary)});
}

}  // namespace mgr::client
