// mgr.cgi, as the web server's user. Standard output, which is a pipe or a socket of the web
// server's: it may be slow to take what it is given, and it may go at any time.
#pragma once

#include <chrono>
#include <string_view>

namespace mgr::cgi {

class Output {
 public:
  // Does not own the descriptor. SIGPIPE is ignored. Who takes nothing for so long is gone.
  explicit Output(int descriptor, std::chrono::milliseconds patience = std::chrono::minutes(1))
      : descriptor_(descriptor), patience_(patience) {}

  // False where not all of it could be written: then nobody reads any more.
  [[nodiscard]] bool write(std::string_view text);

  // Waits for bytes to read from the other descriptor, or for the time, and no longer than
  // somebody reads this one. False where nobody does.
  [[nodiscard]] bool wait_beside(int other, std::chrono::milliseconds time) const;

 private:
  int descriptor_;
  std::chrono::milliseconds patience_;
};

}  // namespace mgr::cgi
