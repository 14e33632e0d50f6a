// Helper and mgr-job, root.
#include "helper/jobs/boot_id.h"

#include <fcntl.h>
#include <unistd.h>

#include "protocol/descriptor.h"

namespace mgr {

std::string read_boot_id() {
  constexpr std::size_t uuid_length = 36;
  const Descriptor file(open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC));
  std::string id(uuid_length, '\0');
  const ssize_t length = read(file.get(), id.data(), id.size());
  id.resize(length < 0 ? 0 : static_cast<std::size_t>(length));
  return id;
}

}  // namespace mgr
