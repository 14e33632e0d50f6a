// mgrctl, with the caller's own uid. Asks the person in front of it. What was typed before the
// question is no answer to it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "client/failure.h"

namespace mgr::client {

enum class Echo { on, off };

// The terminal that somebody sits at: standard input, or, where that is something else but standard
// error is a terminal, the one that controls the process (tty(4)). Owns its descriptor.
class Terminal {
 public:
  // Nothing where there is none.
  [[nodiscard]] static std::optional<Terminal> open();

  Terminal(Terminal&& other) noexcept;
  Terminal& operator=(Terminal&&) = delete;
  ~Terminal();

  // Writes the question to standard error and reads the line that answers it, without its line
  // feed; nothing where the input ends (Ctrl-D) before there is any of it. A signal that ends the
  // process ends it with the terminal's echo restored. Fails with invalid_request: the terminal
  // cannot be read, or the line is longer than a terminal gives whole.
  [[nodiscard]] Outcome<std::optional<std::string>> ask_or_end(std::string_view question,
                                                               Echo echo) const;
  // The same, where an end is an empty line.
  [[nodiscard]] Outcome<std::string> ask(std::string_view question, Echo echo) const;

 private:
  Terminal(int descriptor, bool owned) : descriptor_(descriptor), owned_(owned) {}
  int descriptor_;
  bool owned_;
};

}  // namespace mgr::client
