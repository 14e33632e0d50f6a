// mgr-helper, root.
#include "helper/audit_journal.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "protocol/audit_line.h"

namespace mgr {

AuditJournal::AuditJournal(const std::string& socket_path)
    : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
  address_.sun_family = AF_UNIX;
  const bool fits = socket_path.size() < sizeof address_.sun_path;
  if (fits) std::ranges::copy(socket_path, address_.sun_path);
  if (!fits) socket_.reset();
}

// No member of a line holds a line feed, so each field is in the protocol's simple form.
void AuditJournal::send(std::string_view line) {
  const auto parsed = parse_audit_line(line);
  if (!parsed || !socket_ || !is_on_) return;
  std::string text = "SYSLOG_IDENTIFIER=mgr-audit\nPRIORITY=5\nMGR_SEQ=";
  text += std::to_string(parsed->seq);
  text.append("\nMGR_EVENT=").append(parsed->event).append("\nMESSAGE=").append(line) += '\n';
  const ssize_t sent = sendto(socket_.get(), text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                              reinterpret_cast<const sockaddr*>(&address_), sizeof address_);
  if (sent < 0 && errno != ENOENT) ++missed_;
}

void AuditJournal::send_all(std::string_view lines) {
  while (is_on_ && !lines.empty()) {
    const std::size_t end = lines.find('\n');
    send(lines.substr(0, end));
    lines.remove_prefix(end == lines.npos ? lines.size() : end + 1);
  }
}

}  // namespace mgr
