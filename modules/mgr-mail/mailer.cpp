// mgr-mail · user mgr-mail · the mailer is the machine's own, and trusted with the message.
#include "modules/mgr-mail/mailer.h"

#include <sys/mman.h>
#include <sysexits.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

namespace mgr_mail {
namespace {

Failure failed(int status, const std::string& what) {
  return {status, what + ": " + std::strerror(errno)};
}

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t length = write(descriptor, bytes.data(), bytes.size());
    if (length < 0 && errno == EINTR) continue;
    if (length < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(length));
  }
  return true;
}

// In memory, as a file that is whole before the mailer reads its first byte.
bool put_on_standard_input(std::string_view message) {
  const int file = memfd_create("message", MFD_CLOEXEC);
  return file >= 0 && write_all(file, message) && lseek(file, 0, SEEK_SET) == 0 &&
         dup2(file, STDIN_FILENO) == STDIN_FILENO;
}

// Changeable pointers, as execve(2) wants them; the strings are not changed.
std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

Failure become_mailer(const std::string& path, const std::string& from,
                      const std::vector<std::string>& recipients, std::string_view message) {
  std::vector<std::string> words{path, "-i"};
  if (!from.empty()) words.insert(words.end(), {"-f", from});
  words.emplace_back("--");
  words.insert(words.end(), recipients.begin(), recipients.end());
  if (!put_on_standard_input(message)) return failed(EX_OSERR, "the message in memory");
  unsetenv("MGR_PROGRESS_FD");
  static_cast<void>(std::signal(SIGPIPE, SIG_DFL));
  if (close_range(3, ~0U, 0) != 0) return failed(EX_OSERR, "close_range");
  execve(path.c_str(), pointers_to(words).data(), environ);
  return failed(EX_OSFILE, path);
}

}  // namespace mgr_mail
