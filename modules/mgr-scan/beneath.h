// mgr-scan · user mgr-scan, or root for --accept · distrusts whoever can rename, link or mount
// below a folder.
//
// Every file that mgr-scan touches is opened here: openat2(2), relative to a folder already held,
// never through a symbolic link, never upwards, never waiting for a fifo or a lease.
#pragma once

#include <fcntl.h>
#include <linux/openat2.h>

#include <cstdint>
#include <string>
#include <tl/expected.hpp>

#include "modules/mgr-scan/descriptor.h"
#include "modules/mgr-scan/result.h"

namespace mgr_scan {

using OpenResult = tl::expected<Descriptor, int>;  // the error is an errno

// RESOLVE_NO_SYMLINKS, RESOLVE_BENEATH, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY and O_CLOEXEC always hold;
// `flags` and `resolve` add to them. `path` may be longer than PATH_MAX: it is then opened in
// parts, each beneath the one before.
[[nodiscard]] OpenResult open_beneath(int folder, const std::string& path, int flags,
                                      std::uint64_t resolve = 0, mode_t mode = 0);

// The folder below which /etc and /var are looked up: "/", or what --root names. The caller chose
// it, so links on the way to it are followed.
[[nodiscard]] Result<Descriptor> open_root(const std::string& path);

// Opens a file whose content may be believed: it, and every folder from `root` down, belongs to
// root (or, where `root` itself does, to the user who runs the program) and is not writable by
// group or others. The error tells the path and the reason; errno ENOENT comes as `absent`.
struct TrustError {
  std::string message;
  bool absent = false;
};
[[nodiscard]] tl::expected<Descriptor, TrustError> open_trusted(int root, const std::string& path,
                                                                int flags);

// The whole of a regular file, at most `limit` bytes, even while somebody makes it grow.
[[nodiscard]] Result<std::string> read_bounded(int fd, std::size_t limit, const std::string& name);

}  // namespace mgr_scan
