// mgr-mail · user mgr-mail · distrusts whoever wrote subject and text.
#pragma once

#include <string>
#include <string_view>

namespace mgr_mail {

// A text as quoted-printable (RFC 2045, 6.7): lines of printable ASCII of at most 76 bytes, each
// ended by LF; none begins with a dot or with "From ", so no mailer changes any. CRLF and LF are
// line breaks, a CR by itself is a character. A last line without an end gets one.
[[nodiscard]] std::string quoted_printable(std::string_view text);

// A header's value: as it is, where it is short and printable ASCII that no reader decodes; else
// as encoded-words (RFC 2047) of at most 75 bytes, folded. `text` is UTF-8 and one line; `name` is
// the header's, for the length of the first line.
[[nodiscard]] std::string header_value(std::string_view name, std::string_view text);

}  // namespace mgr_mail
