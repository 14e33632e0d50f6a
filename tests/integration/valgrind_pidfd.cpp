// A test's part in a helper that runs under valgrind, preloaded: valgrind 3.19 knows neither
// pidfd_open(2) nor pidfd_send_signal(2). Both are asked of the test, at the socket that
// MGR_PIDFD_SOCKET names, which does them and passes the descriptor. uid 0; trusts the test.
#include <dlfcn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

// Before main(), which clears the environment.
const std::string socket_path = [] {  // NOLINT(cert-err58-cpp)
  const char* path = std::getenv("MGR_PIDFD_SOCKET");
  return std::string(path == nullptr ? "" : path);
}();

// What is asked, and what comes back: a result, or -errno. A descriptor may go with either.
struct Message {
  long number = 0;
  long argument = 0;
};

bool send_message(int to, Message message, int descriptor) {
  iovec part{&message, sizeof message};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  if (descriptor >= 0) {
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    cmsghdr* ancillary = CMSG_FIRSTHDR(&header);
    ancillary->cmsg_level = SOL_SOCKET;
    ancillary->cmsg_type = SCM_RIGHTS;
    ancillary->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(ancillary), &descriptor, sizeof descriptor);
  }
  return sendmsg(to, &header, MSG_NOSIGNAL) == sizeof message;
}

long receive_result(int from) {
  Message message;
  iovec part{&message, sizeof message};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = control.data();
  header.msg_controllen = control.size();
  if (recvmsg(from, &header, MSG_CMSG_CLOEXEC) != sizeof message) return -EIO;
  const cmsghdr* ancillary = CMSG_FIRSTHDR(&header);
  if (ancillary == nullptr) return message.number;
  int descriptor = -1;
  std::memcpy(&descriptor, CMSG_DATA(ancillary), sizeof descriptor);
  return descriptor;
}

long ask_test(Message message, int descriptor) {
  const int test = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  socket_path.copy(address.sun_path, sizeof address.sun_path - 1);
  long result = -EIO;
  if (connect(test, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      send_message(test, message, descriptor)) {
    result = receive_result(test);
  }
  close(test);
  if (result >= 0) return result;
  errno = static_cast<int>(-result);
  return -1;
}

}  // namespace

// In the place of libc's. NOLINTNEXTLINE(cert-dcl50-cpp)
extern "C" long syscall(long number, ...) noexcept {
  std::array<long, 6> given{};
  va_list arguments;
  va_start(arguments, number);
  for (long& one : given) one = va_arg(arguments, long);
  va_end(arguments);
  if (number == SYS_pidfd_open) return ask_test({number, given[0]}, -1);
  if (number == SYS_pidfd_send_signal) {
    return ask_test({number, given[1]}, static_cast<int>(given[0]));
  }
  using Syscall = long (*)(long, ...);
  static const auto real = reinterpret_cast<Syscall>(dlsym(RTLD_NEXT, "syscall"));
  return real(number, given[0], given[1], given[2], given[3], given[4], given[5]);
}
