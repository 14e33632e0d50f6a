// Helper, root.
#include "helper/jobs/job_input.h"

#include <fcntl.h>
#include <sodium/utils.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "helper/jobs/record_file.h"

namespace mgr {

void wipe(std::optional<std::string>& input) {
  if (!input) return;
  std::string& bytes = *input;
  sodium_memzero(bytes.data(), bytes.size());
  input.reset();
}

Result<Descriptor> seal_in_memory(std::string_view input) {
  Descriptor memory(memfd_create("input", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!memory) return fail_errno("memfd_create");
  if (auto written = write_at(memory.get(), 0, input); !written) {
    return tl::unexpected(written.error());
  }
  constexpr int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
  if (fcntl(memory.get(), F_ADD_SEALS, seals) != 0) return fail_errno("F_ADD_SEALS");
  return memory;
}

Result<Descriptor> open_input_file(int folder, std::uint64_t bytes) {
  Descriptor file(openat(folder, "input", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat status {};
  if (!file || fstat(file.get(), &status) != 0) return fail_errno("input");
  if (!S_ISREG(status.st_mode) || static_cast<std::uint64_t>(status.st_size) != bytes) {
    return fail(ErrorCode::failed, "input: not the file that was put there");
  }
  return file;
}

}  // namespace mgr
