// Opening what root's decisions rest on: only files and folders that root alone can have written
// (after OpenSSH's StrictModes, sshd_config(5)). mgr-configure (root); distrusts whoever
// else can write, link or rename anywhere on the way.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/descriptor.h"
#include "protocol/error.h"

namespace mgr {

inline constexpr std::size_t max_trusted_file_length = 1 << 20;

// A folder whose every parent was seen to belong to uid 0 and to be writable by nobody else, from
// the root folder down. Each step is opened beneath the one before it without following symbolic
// links, and what is checked is the descriptor, so a rename in between changes nothing.
//
// Failures have the code `failed` and the detail "path: reason". A folder or file that does not
// exist is nullopt: what that means is the caller's to say.
class TrustedFolder {
 public:
  // `root` is Paths::root: the checks begin at that folder itself, or at "/" where it is empty.
  // `path` is absolute and seen from there, such as "/etc/mgr".
  [[nodiscard]] static Result<std::optional<TrustedFolder>> open(const std::string& root,
                                                                 std::string_view path);

  // The folder at `path`, whoever owns it, and so all that is in it: for a policy that is being
  // looked at, and never for one that is to be in force. Links are not followed in it either.
  [[nodiscard]] static Result<std::optional<TrustedFolder>> open_untrusted(const std::string& path);

  // The folder of that name in this one.
  [[nodiscard]] Result<std::optional<TrustedFolder>> folder(std::string_view name) const;

  // The whole of a regular file in this folder: uid 0, not writable by group or others, a single
  // name, at most max_trusted_file_length. Never blocks on a FIFO or a device.
  [[nodiscard]] Result<std::optional<std::string>> read(std::string_view name) const;

  // Whether a file of that name is here. It is not opened: where it is anything but a regular file
  // of root's own, with a single name, that nobody else can read, and of `least` to `most` bytes,
  // that is a failure.
  [[nodiscard]] Result<bool> has_secret(std::string_view name, std::size_t least,
                                        std::size_t most) const;

  // The names here that end in `suffix` and do not begin with a dot, in byte order.
  [[nodiscard]] Result<std::vector<std::string>> names(std::string_view suffix) const;

  // The path of something in this folder, for messages.
  [[nodiscard]] std::string path_of(std::string_view name) const;

 private:
  enum class Owner { root, anybody };
  TrustedFolder(Descriptor descriptor, std::string path, Owner owner)
      : descriptor_(std::move(descriptor)), path_(std::move(path)), owner_(owner) {}
  [[nodiscard]] static Result<std::optional<TrustedFolder>> enter(int parent, const char* name,
                                                                  std::string path, Owner owner);

  Descriptor descriptor_;  // O_PATH
  std::string path_;
  Owner owner_;  // whose it must be
};

}  // namespace mgr
