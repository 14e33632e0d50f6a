// Helper, mgr-configure and clients.
#include "protocol/guarded.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>

#include "protocol/descriptor.h"

namespace mgr {

void Guarded::Free::operator()(unsigned char* bytes) const { sodium_free(bytes); }

Result<Guarded> Guarded::reserve(std::size_t length) {
  auto* bytes = static_cast<unsigned char*>(sodium_malloc(length));
  if (bytes == nullptr) return fail_errno("guarded memory");
  return Guarded(bytes, length);
}

Result<Guarded> Guarded::fail_to_fill() {
  return fail(ErrorCode::failed, "the secret cannot be read");
}

void Guarded::seal() { sodium_mprotect_readonly(bytes_.get()); }

Result<Guarded> Guarded::random(std::size_t length) {
  return make(length, [&](unsigned char* bytes) {
    randombytes_buf(bytes, length);
    return true;
  });
}

Result<Guarded> Guarded::read_hex_file(const std::string& path, unsigned owner, std::size_t least,
                                       std::size_t most) {
  const auto refuse = [&](const char* why) { return fail(ErrorCode::failed, path + ": " + why); };
  const Descriptor file(
      open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
  if (!file) return fail_errno(path);
  struct stat status {};
  if (fstat(file.get(), &status) != 0) return fail_errno(path);
  if (!S_ISREG(status.st_mode) || status.st_uid != owner || (status.st_mode & 077) != 0) {
    return refuse("a secret's file is its owner's alone (mode 0600)");
  }
  const std::size_t longest = 2 * most + 1;  // with its line feed
  std::size_t length = 0;
  auto text = make(longest + 1, [&](unsigned char* bytes) {
    ssize_t got = 0;
    while (length <= longest &&
           (got = ::read(file.get(), bytes + length, longest + 1 - length)) > 0) {
      length += static_cast<std::size_t>(got);
    }
    return got >= 0;
  });
  if (!text) return refuse("cannot be read");
  std::string_view line = text->view().substr(0, length);
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.size() % 2 != 0 || line.size() < 2 * least || line.size() > 2 * most) {
    return refuse("not a secret in hex, or too short or long a one");
  }
  auto secret = make(line.size() / 2, [&](unsigned char* bytes) {
    std::size_t decoded = 0;
    return sodium_hex2bin(bytes, line.size() / 2, line.data(), line.size(), nullptr, &decoded,
                          nullptr) == 0 &&
           decoded == line.size() / 2;
  });
  if (!secret) return refuse("not a secret in hex");
  return secret;
}

}  // namespace mgr
