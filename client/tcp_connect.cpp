// Clients, with the caller's own uid; distrusts whoever answers for a name.
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "client/connection.h"
#include "protocol/descriptor.h"

namespace mgr::client {
namespace {

using Addresses = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

// One look-up of a name in a thread of the C library's, which goes on using it until it is done.
struct LookUp {
  HostPort host;
  addrinfo hints{};
  gaicb request{};
};

LookUp* new_look_up(const HostPort& host) {
  auto* look_up = new LookUp{host};
  look_up->hints.ai_family = AF_UNSPEC;
  look_up->hints.ai_socktype = SOCK_STREAM;
  look_up->hints.ai_flags = AI_NUMERICSERV;
  look_up->request.ar_name = look_up->host.host.c_str();
  look_up->request.ar_service = look_up->host.port.c_str();
  look_up->request.ar_request = &look_up->hints;
  return look_up;
}

timespec timespec_of(std::chrono::milliseconds time) {
  return {static_cast<time_t>(time.count() / 1000), time.count() % 1000 * 1'000'000};
}

// An address needs no name server, and so no thread; a loopback one not even another address.
addrinfo* parse_address(const HostPort& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV | AI_NUMERICHOST;
  addrinfo* found = nullptr;
  return ::getaddrinfo(host.host.c_str(), host.port.c_str(), &hints, &found) == 0 ? found : nullptr;
}

// getaddrinfo(3) alone would wait for name servers beyond any deadline.
Outcome<addrinfo*> find_addresses(const HostPort& host, Deadline deadline) {
  const auto refuse = [&](const char* why) {
    return failed(Failure::Kind::cannot_connect, "cannot look up " + host.host + ": " + why);
  };
  if (addrinfo* found = parse_address(host)) return found;
  std::unique_ptr<LookUp> look_up(new_look_up(host));
  gaicb* request = &look_up->request;
  const int begun = ::getaddrinfo_a(GAI_NOWAIT, &request, 1, nullptr);
  if (begun != 0) return refuse(::gai_strerror(begun));
  int state = EAI_INPROGRESS;
  while ((state = ::gai_error(request)) == EAI_INPROGRESS && time_left(deadline).count() > 0) {
    const timespec left =
        timespec_of(std::min(time_left(deadline), std::chrono::milliseconds(60'000)));
    ::gai_suspend(&request, 1, &left);
  }
  if (state == EAI_INPROGRESS && ::gai_cancel(request) != EAI_CANCELED) {
    static_cast<void>(look_up.release());  // still the thread's; mgrctl ends before it does
    return refuse("no answer within the time limit");
  }
  if (state != 0) return refuse(::gai_strerror(state));
  return request->ar_result;
}

// 0, or why not.
int connect_until(int descriptor, const addrinfo& address, Deadline deadline) {
  if (::connect(descriptor, address.ai_addr, address.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS && errno != EINTR) return errno;
  if (!wait_for(descriptor, POLLOUT, deadline)) return ETIMEDOUT;
  int error = 0;
  socklen_t length = sizeof error;
  return ::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno;
}

}  // namespace

Outcome<Connection> Connection::open(const HostPort& host, Deadline deadline) {
  const auto found = find_addresses(host, deadline);
  if (!found) return tl::unexpected(found.error());
  const Addresses addresses(*found, &::freeaddrinfo);
  int error = EADDRNOTAVAIL;
  for (const addrinfo* each = addresses.get(); each != nullptr; each = each->ai_next) {
    Descriptor made(::socket(each->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    error = made ? connect_until(made.get(), *each, deadline) : errno;
    if (error == 0) return Connection(made.release());
  }
  return failed(Failure::Kind::cannot_connect,
                "cannot connect to " + host.name + ": " + std::strerror(error));
}

}  // namespace mgr::client
