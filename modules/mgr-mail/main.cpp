// mgr-mail · user mgr-mail · distrusts whoever chose recipients, subject and text.
//
// Composes a message of a text on standard input, and becomes the mailer that it is for.
#include <sys/random.h>
#include <sysexits.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>

#include "modules/mgr-mail/address.h"
#include "modules/mgr-mail/arguments.h"
#include "modules/mgr-mail/mailer.h"
#include "modules/mgr-mail/message.h"

namespace {

int complain(int status, const std::string& message) {
  static_cast<void>(std::fprintf(stderr, "mgr-mail: %s\n", message.c_str()));
  return status;
}

// Of the sender's domain, else this machine's name where that can stand in a message.
std::string domain(const std::string& from) {
  if (const auto known = mgr_mail::domain_of(from); !known.empty()) return std::string(known);
  std::array<char, 256> name{};
  const bool named = gethostname(name.data(), name.size() - 1) == 0;
  return named && mgr_mail::is_address(std::string("x@") + name.data()) ? name.data() : "localhost";
}

// RFC 5322, 3.6.4: unlike any other's. Nothing where the kernel gives no random bytes.
std::string new_message_id(const std::string& from) {
  std::array<unsigned char, 16> bytes{};
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) return "";
  std::string text = "mgr.";
  for (const unsigned char byte : bytes) {
    std::array<char, 3> digits{};
    static_cast<void>(std::snprintf(digits.data(), digits.size(), "%02x", byte));
    text += digits.data();
  }
  return text + '@' + domain(from);
}

// For mgr-job: what follows is the mailer's, of which it tells nothing.
void tell_progress() {
  const char* number = std::getenv("MGR_PROGRESS_FD");
  if (number == nullptr) return;
  static_cast<void>(dprintf(std::atoi(number), "50 composed, handed to the mailer\n"));
}

int run(const mgr_mail::Arguments& arguments) {
  auto text = mgr_mail::read_text(STDIN_FILENO);
  if (!text) return complain(text.error().status, text.error().message);
  mgr_mail::Letter letter{arguments.from,   arguments.recipients,           arguments.subject,
                          std::move(*text), new_message_id(arguments.from), std::time(nullptr)};
  if (letter.id.empty()) return complain(EX_OSERR, "no random bytes");
  const std::string message = compose(letter);
  // So that the mailer's log can be searched for it.
  static_cast<void>(std::printf("message <%s>, recipients: %zu, bytes: %zu\n", letter.id.c_str(),
                                letter.recipients.size(), message.size()));
  static_cast<void>(std::fflush(stdout));
  tell_progress();
  const mgr_mail::Failure failure =
      mgr_mail::become_mailer(arguments.sendmail, arguments.from, arguments.recipients, message);
  return complain(failure.status, failure.message);
}

}  // namespace

int main(int argc, char** argv) {
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
  try {
    const auto arguments = mgr_mail::parse_arguments(argc, argv);
    return arguments ? run(*arguments) : arguments.error();
  } catch (const std::exception& error) {
    return complain(EX_OSERR, error.what());
  }
}
