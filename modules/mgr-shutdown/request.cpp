// mgr-shutdown · root · distrusts its arguments.
#include "modules/mgr-shutdown/request.h"

#include <array>
#include <charconv>
#include <utility>

#include "protocol/text.h"

namespace mgr_shutdown {
namespace {

using std::chrono::milliseconds;

constexpr std::array kinds{std::pair{"poweroff", Kind::poweroff}, std::pair{"reboot", Kind::reboot},
                           std::pair{"halt", Kind::halt}};
constexpr std::array backends{
    std::pair{"auto", BackendName::automatic}, std::pair{"login", BackendName::login},
    std::pair{"shutdown", BackendName::shutdown}, std::pair{"recorder", BackendName::recorder}};
constexpr std::array<std::pair<const char*, milliseconds>, 5> units{{{"ms", milliseconds(1)},
                                                                     {"s", std::chrono::seconds(1)},
                                                                     {"m", std::chrono::minutes(1)},
                                                                     {"h", std::chrono::hours(1)},
                                                                     {"d", std::chrono::days(1)}}};

template <typename Table>
auto find(const Table& table, std::string_view word)
    -> std::optional<decltype(table.front().second)> {
  for (const auto& [name, value] : table) {
    if (word == name) return value;
  }
  return std::nullopt;
}

bool turns_text(char32_t character) {
  return (character >= 0x200E && character <= 0x200F) ||
         (character >= 0x2028 && character <= 0x202E) ||
         (character >= 0x2066 && character <= 0x2069) || character == 0x061C;
}

}  // namespace

std::string_view word_of(Kind kind) { return kinds.at(static_cast<std::size_t>(kind)).first; }

std::optional<Kind> kind_from(std::string_view word) { return find(kinds, word); }
std::optional<BackendName> backend_from(std::string_view word) { return find(backends, word); }

std::optional<milliseconds> delay_from(std::string_view text) {
  constexpr std::size_t most_digits = 9;
  const std::size_t digits = text.find_first_not_of("0123456789");
  if (digits == 0 || digits == std::string_view::npos || digits > most_digits) return std::nullopt;
  if (digits > 1 && text.front() == '0') return std::nullopt;
  std::int64_t count = 0;
  std::from_chars(text.data(), text.data() + digits, count);
  const auto unit = find(units, text.substr(digits));
  if (!unit) return std::nullopt;
  // Nine digits of days are well within the range.
  const milliseconds delay = count * *unit;
  return delay <= longest_delay ? std::optional(delay) : std::nullopt;
}

bool is_message(std::string_view text) {
  if (text.size() > longest_message || !mgr::is_value(text)) return false;
  while (!text.empty()) {
    const auto character = mgr::decode_utf8(text);
    if (turns_text(character.code_point)) return false;
    text.remove_prefix(character.length);
  }
  return true;
}

}  // namespace mgr_shutdown
