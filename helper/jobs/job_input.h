// What a job's command reads, on its way to mgr-job. Helper, root; looks at no byte of it, and
// distrusts what lies in the job's folder.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/descriptor.h"
#include "protocol/error.h"

namespace mgr {

// Overwritten, then nothing: it may be a password.
void wipe(std::optional<std::string>& input);

// In memory alone, without a name, at offset 0, and sealed: whoever has it can only read it
// (memfd_create(2), F_ADD_SEALS of fcntl(2)).
[[nodiscard]] Result<Descriptor> seal_in_memory(std::string_view input);

// The file `input` of a job's folder, read-only, at offset 0. Fails where it is anything else than
// a plain file of that many bytes.
[[nodiscard]] Result<Descriptor> open_input_file(int folder, std::uint64_t bytes);

}  // namespace mgr
