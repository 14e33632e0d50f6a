// mgr-mail · user mgr-mail · distrusts whoever wrote the text.
#include "modules/mgr-mail/text_input.h"

#include <sysexits.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "modules/mgr-mail/message.h"

namespace mgr_mail {
namespace {

constexpr std::size_t longest_text = 16 << 20;

tl::unexpected<Failure> refuse(int status, std::string message) {
  return tl::unexpected(Failure{status, std::move(message)});
}

}  // namespace

tl::expected<std::string, Failure> read_text(int descriptor) {
  std::string text;
  std::array<char, 1 << 16> piece{};
  for (;;) {
    const ssize_t length = read(descriptor, piece.data(), piece.size());
    if (length < 0 && errno == EINTR) continue;
    if (length < 0) {
      return refuse(EX_IOERR, std::string("standard input: ") + std::strerror(errno));
    }
    if (length == 0) break;
    text.append(piece.data(), static_cast<std::size_t>(length));
    if (text.size() > longest_text) return refuse(EX_DATAERR, "the text is over 16 MiB");
  }
  if (!is_text(text)) return refuse(EX_DATAERR, "the text is not UTF-8, or holds a NUL");
  return text;
}

}  // namespace mgr_mail
