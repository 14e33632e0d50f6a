// mgr-shutdown · root · distrusts its arguments, although mgr-job passes on only what the policy's
// types have let through.
//
// What is asked for, and the grammar of its parts. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mgr_shutdown {

enum class Kind : std::uint8_t { poweroff, reboot, halt };
// automatic: login where it is there, else shutdown.
enum class BackendName : std::uint8_t { automatic, login, shutdown, recorder };

inline constexpr std::chrono::days longest_delay{30};
inline constexpr std::size_t longest_message = 1024;  // bytes

struct Request {
  Kind kind = Kind::poweroff;
  std::chrono::milliseconds delay{0};  // at most longest_delay
  std::string message;                 // for the users who are logged in; "" for none
  BackendName backend = BackendName::automatic;
  std::string record;        // of the recorder: the absolute path of its file
  bool past_blocks = false;  // although a program blocks shutdowns at the login manager
};

// The login manager's words are these too.
[[nodiscard]] std::string_view word_of(Kind kind);
[[nodiscard]] std::optional<Kind> kind_from(std::string_view word);
[[nodiscard]] std::optional<BackendName> backend_from(std::string_view word);

// As the policy's type: a whole number of up to nine digits, none in front that is 0, and ms, s, m,
// h or d. Nothing where it is something else or longer than longest_delay.
[[nodiscard]] std::optional<std::chrono::milliseconds> delay_from(std::string_view text);

// UTF-8 without control characters, at most longest_message bytes, nor one of the invisible
// characters that turn the direction of text around.
[[nodiscard]] bool is_message(std::string_view text);
// A text of somebody else, for a line that is printed: as it is where it is a message, else "?".
[[nodiscard]] inline std::string printable(std::string_view text) {
  return is_message(text) ? std::string(text) : "?";
}

}  // namespace mgr_shutdown
