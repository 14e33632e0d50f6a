// The file system as a look at a policy needs it: who may write what, and what a script begins
// with. mgrctl, with the caller's own uid; distrusts whoever else can write there. The one file of
// the look that touches the machine.
#pragma once

#include <sys/types.h>

#include <string>

namespace mgr {

struct FileLook {
  enum class Kind { missing, unseen, file, folder, link, other };
  Kind kind = Kind::missing;  // unseen: this process may not look
  uid_t uid = 0;
  gid_t gid = 0;
  mode_t mode = 0;     // permissions alone
  std::string target;  // of a link
};

// Tests answer from a table.
class FileView {
 public:
  virtual ~FileView() = default;
  // What is at `path` itself, an absolute one: a link is not followed.
  [[nodiscard]] virtual FileLook look(const std::string& path) const = 0;
  // Its first line, at most 256 bytes of it; empty where it cannot be read or holds a NUL.
  [[nodiscard]] virtual std::string first_line(const std::string& path) const = 0;

 protected:
  FileView() = default;
  FileView(const FileView&) = default;
  FileView& operator=(const FileView&) = default;
};

// lstat(2), readlink(2) and a read that waits for nobody.
class SystemFileView final : public FileView {
 public:
  [[nodiscard]] FileLook look(const std::string& path) const override;
  [[nodiscard]] std::string first_line(const std::string& path) const override;
};

}  // namespace mgr
