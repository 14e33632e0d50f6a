// mgrctl, with the caller's own uid.
#include "client/terminal_question.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <iostream>
#include <utility>

#include "client/jobs/terminal.h"

namespace mgr::client {
namespace {

// The kernel drops what a line holds beyond this without a word (termios(3)).
constexpr std::size_t longest_line = 4094;

tl::unexpected<Failure> unreadable(int error) {
  return failed(Failure::Kind::invalid_request,
                std::string("cannot read from the terminal: ") + std::strerror(error));
}

// While it lives, the signals that end the process wait, and can be seen in a descriptor. They
// have their effect when it goes, after the terminal is as it was.
class HeldSignals {
 public:
  HeldSignals() {
    sigset_t held;
    sigemptyset(&held);
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) sigaddset(&held, number);
    sigprocmask(SIG_BLOCK, &held, &before_);
    descriptor_ = ::signalfd(-1, &held, SFD_CLOEXEC | SFD_NONBLOCK);
  }
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;
  ~HeldSignals() {
    if (descriptor_ >= 0) ::close(descriptor_);
    sigprocmask(SIG_SETMASK, &before_, nullptr);
  }
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  sigset_t before_{};
  int descriptor_ = -1;
};

// While it lives, the terminal is set for one answer. What was typed before is dropped.
class AnswerSettings {
 public:
  AnswerSettings(int terminal, Echo echo) : terminal_(terminal) {
    if (::tcgetattr(terminal_, &before_) != 0) return;
    termios wanted = before_;
    wanted.c_lflag |= ICANON;
    wanted.c_iflag |= ICRNL;
    if (echo == Echo::off) {
      wanted.c_lflag &= ~static_cast<tcflag_t>(ECHO);
      wanted.c_lflag |= ECHONL;
      // A process that is stopped would leave the terminal without its echo.
      wanted.c_cc[VSUSP] = _POSIX_VDISABLE;
    }
    // Where only a part could be set, tcsetattr() calls it a success.
    termios set{};
    is_set_ = ::tcsetattr(terminal_, TCSAFLUSH, &wanted) == 0 &&
              ::tcgetattr(terminal_, &set) == 0 && set.c_lflag == wanted.c_lflag;
  }
  AnswerSettings(const AnswerSettings&) = delete;
  AnswerSettings& operator=(const AnswerSettings&) = delete;
  ~AnswerSettings() { ::tcsetattr(terminal_, TCSANOW, &before_); }
  [[nodiscard]] bool is_set() const { return is_set_; }

 private:
  int terminal_;
  termios before_{};
  bool is_set_ = false;
};

Outcome<std::optional<std::string>> read_answer(int terminal, int signals) {
  std::string line;
  for (;;) {
    std::array<pollfd, 2> watched{{{terminal, POLLIN, 0}, {signals, POLLIN, 0}}};
    if (::poll(watched.data(), watched.size(), -1) < 0) {
      if (errno == EINTR) continue;
      return unreadable(errno);
    }
    if (watched[1].revents != 0) return unreadable(EINTR);
    char byte = 0;
    const ssize_t count = ::read(terminal, &byte, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return unreadable(errno);
    if (count == 0 && line.empty()) return std::nullopt;
    if (count == 0 || byte == '\n') return line;
    if (line.size() == longest_line) {
      return failed(Failure::Kind::invalid_request,
                    "that is longer than a terminal gives whole; see --secret-stdin");
    }
    line += byte;
  }
}

}  // namespace

std::optional<Terminal> Terminal::open() {
  if (is_terminal(STDIN_FILENO)) return Terminal(STDIN_FILENO, false);
  if (!is_terminal(STDERR_FILENO)) return std::nullopt;
  const int descriptor = ::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (descriptor < 0) return std::nullopt;
  return Terminal(descriptor, true);
}

Terminal::Terminal(Terminal&& other) noexcept
    : descriptor_(other.descriptor_), owned_(std::exchange(other.owned_, false)) {}

Terminal::~Terminal() {
  if (owned_) ::close(descriptor_);
}

Outcome<std::string> Terminal::ask(std::string_view question, Echo echo) const {
  return ask_or_end(question, echo).map([](auto line) { return std::move(line).value_or(""); });
}

Outcome<std::optional<std::string>> Terminal::ask_or_end(std::string_view question,
                                                         Echo echo) const {
  std::cout.flush();
  const HeldSignals signals;
  if (signals.descriptor() < 0) return unreadable(errno);
  const AnswerSettings settings(descriptor_, echo);
  if (!settings.is_set()) return unreadable(errno == 0 ? EIO : errno);
  std::cerr << question << std::flush;
  return read_answer(descriptor_, signals.descriptor());
}

}  // namespace mgr::client
