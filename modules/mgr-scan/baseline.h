// mgr-scan · user mgr-scan, or root for --accept · distrusts every byte of a proposed baseline.
//
// The text of a baseline:
//
//     mgr-scan-baseline 1
//     folder /srv/www
//     directory 755 0 0 0 - .
//     file 644 33 33 12 HASH index%20new.html
//     link 777 0 0 0 ../data current          (KIND MODE UID GID SIZE DETAIL PATH)
//     end 3
//
// Lines end with LF; fields are parted by one space; mode is octal. In folder, path and a link's
// target every byte but letters, digits and -._~/+,:@= is %XX, so no name can end a field or a
// line. A state of a folder has exactly one text: what parse_baseline takes, encode_baseline gives
// back byte for byte. The last line counts the entries, which tells a text that was cut off.
#pragma once

#include <string>
#include <string_view>

#include "modules/mgr-scan/entry.h"
#include "modules/mgr-scan/result.h"

namespace mgr_scan {

inline constexpr std::string_view kBaselineFormat = "mgr-scan-baseline 1";

// Fails when the text would be larger than kMaxBaselineBytes.
[[nodiscard]] Result<std::string> encode_baseline(const Snapshot& snapshot);

// Pure and total: any bytes give a snapshot or an error that tells the line. The error quotes
// nothing of the text, which may be a file that its reader should not see.
[[nodiscard]] Result<Snapshot> parse_baseline(std::string_view text);

// Shared by both: may the byte stand for itself?
[[nodiscard]] constexpr bool stands_for_itself(char byte) {
  const bool letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
  const bool digit = byte >= '0' && byte <= '9';
  return letter || digit || std::string_view("-._~/+,:@=").find(byte) != std::string_view::npos;
}

// BLAKE2b-256 of a baseline's text in hex: the name by which an administrator accepts a proposal.
[[nodiscard]] std::string digest_of(std::string_view text);

}  // namespace mgr_scan
