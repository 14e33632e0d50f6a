// mgr-scan · user mgr-scan, or root for --accept · distrusts every byte of a file name.
#pragma once

#include <string>
#include <string_view>

namespace mgr_scan {

// A name as it may be shown on a terminal, in a log or in JSON: valid UTF-8 stays, and control
// characters, bytes that are not UTF-8 and invisible or direction-changing characters become \xHH,
// a backslash \\. So one name is one line, cannot steer a terminal, and can be turned back.
[[nodiscard]] std::string printable(std::string_view bytes);

}  // namespace mgr_scan
