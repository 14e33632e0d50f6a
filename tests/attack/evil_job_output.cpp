// Of evil_job: what it does with its output and progress.
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "tests/attack/evil_job.h"

namespace evil {
namespace {

bool write_all(int out, const std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    const ssize_t length = write(out, text.data() + at, text.size() - at);
    if (length <= 0) return false;
    at += static_cast<std::size_t>(length);
  }
  return true;
}

void tell_and_wait(const std::string& fifo) {
  const int out = open(fifo.c_str(), O_WRONLY | O_CLOEXEC);
  if (out < 0 || write(out, "r", 1) != 1) _exit(90);
  close(out);
}

}  // namespace

int flood(const Words& words) {
  const std::string piece(1 << 16, 'x');
  for (long left = std::atol(words.at(0).c_str()); left > 0; left -= 1 << 16) {
    if (!write_all(STDOUT_FILENO, piece)) return 93;
  }
  return write_all(STDOUT_FILENO, "\nthe end\n") ? 0 : 93;
}

// The last line is always a good one.
int progress(const Words& words) {
  const char* variable = std::getenv("MGR_PROGRESS_FD");
  if (variable == nullptr) return 94;
  const int out = std::atoi(variable);
  std::string piece;
  while (piece.size() < 1 << 16) {
    if (words.at(0) == "lines") piece += "17 so far\n18 and more\n";
    if (words.at(0) == "endless") piece += "19";
    if (words.at(0) == "binary")
      piece += std::string("\0\xff\xfe 300\n-1 x\n1e1\n 5\n\x1b[2J\n", 25);
  }
  for (int turns = std::atoi(words.at(1).c_str()); turns > 0; --turns) {
    if (!write_all(out, piece)) return 93;
  }
  return write_all(out, "\n42 the end\n") ? 0 : 93;
}

// Goes on without any.
int close_output(const Words& words) {
  for (int descriptor = 0; descriptor < 64; ++descriptor) close(descriptor);
  tell_and_wait(words.at(0));
  return 5;
}

// Who listens at SOCKET is no process of the job, and keeps what it is given.
int give_output(const Words& words) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  words.at(0).copy(address.sun_path, sizeof(address.sun_path) - 1);
  const int peer = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(peer, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) return 95;
  char byte = 'x';
  iovec part{&byte, 1};
  alignas(cmsghdr) char control[CMSG_SPACE(2 * sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof(control);
  cmsghdr* const header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(2 * sizeof(int));
  const int given[] = {STDOUT_FILENO, STDERR_FILENO};
  std::memcpy(CMSG_DATA(header), given, sizeof(given));
  if (sendmsg(peer, &message, MSG_NOSIGNAL) != 1) return 96;
  return read(peer, &byte, 1) == 1 ? 3 : 97;
}

// Turns its pipes around: what it printed is not to be waited for, nor made to wait.
int read_own_output(const Words&) {
  const int back = open("/proc/self/fd/1", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  const int filler = open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_DIRECT | O_CLOEXEC);
  tell("opens its own pipe for reading", back);
  tell("grows its pipe", fcntl(STDOUT_FILENO, F_SETPIPE_SZ, 1 << 20));
  tell("makes packets of it", filler);
  char piece[512] = {};
  for (int turns = 0; turns < 20000; ++turns) {
    (void)!write(filler, "packet\n", 7);
    (void)!read(back, piece, sizeof(piece));
  }
  return 6;
}

}  // namespace evil
