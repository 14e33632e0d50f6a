// mgr-configure, root; in folders that are root's alone.
#include "helper/configure/new_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "helper/jobs/record_file.h"

namespace mgr {
namespace {

std::string name_beside(const std::string& name) { return "." + name + ".new"; }

}  // namespace

Result<Descriptor> open_folder(const std::string& path) {
  Descriptor folder(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder) return fail_errno(path);
  return folder;
}

Result<void> write_beside(int folder, const std::string& name, mode_t mode,
                          std::string_view bytes) {
  const std::string beside = name_beside(name);
  if (unlinkat(folder, beside.c_str(), 0) != 0 && errno != ENOENT) return fail_errno(beside);
  const auto written = write_new_record(folder, beside.c_str(), bytes);
  if (!written) return tl::unexpected(written.error());
  if (fchmod(written->get(), mode) != 0 || fsync(written->get()) != 0) return fail_errno(beside);
  return sync_folder(folder);
}

Result<void> put_in_place(int folder, const std::string& name) {
  if (renameat2(folder, name_beside(name).c_str(), folder, name.c_str(), RENAME_NOREPLACE) != 0) {
    return fail_errno(name);
  }
  return sync_folder(folder);
}

Result<void> make_file(int folder, const std::string& name, mode_t mode, std::string_view bytes) {
  return write_beside(folder, name, mode, bytes).and_then([&] {
    return put_in_place(folder, name);
  });
}

bool is_there(int folder, const std::string& name) {
  struct stat status {};
  return fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
}

bool is_beside(int folder, const std::string& name) { return is_there(folder, name_beside(name)); }

}  // namespace mgr
