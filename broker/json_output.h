// JSON that a job printed, made fit for a reply. mgr-broker, in the cage; distrusts every byte.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "protocol/error.h"

namespace mgr::broker {

inline constexpr std::size_t max_output_depth = 64;

// The one JSON value (RFC 8259) that `text` is, in ASCII and on one line. Numbers keep their text
// where they do not fit 64 bits. Fails with invalid_argument for what is not exactly one value, in
// UTF-8 without a byte order mark, of containers at most 64 deep and numbers that a double can come
// near to; with too_large for more than `most` bytes. Names may come twice in an object.
[[nodiscard]] Result<std::string> json_on_one_line(std::string_view text, std::size_t most);

}  // namespace mgr::broker
