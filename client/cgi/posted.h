// mgr.cgi, as the web server's user. The fields of a posted body. Pure; distrusts every byte.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/cgi/admission.h"
#include "client/cgi/refusal.h"
#include "protocol/field.h"

namespace mgr::cgi {

// What was posted, as fields that a request block can hold: names are names, folded, each once; a
// value is a value (is_value), so no line break in one becomes a field or a second request.
struct Posted {
  std::vector<Field> fields;         // but for the next two
  std::string token;                 // the field mgr-token; empty for none
  std::optional<std::string> bytes;  // the field mgr-body, decoded: any bytes at all
};

// application/x-www-form-urlencoded, as browsers send it: pairs NAME=VALUE with & between them.
// Of bad escapes and pairs that are none, nothing is guessed.
[[nodiscard]] Judged<Posted> read_form(std::string_view text);

// One JSON object whose members are strings, integers, booleans (yes, no), or arrays of them: the
// elements with commas between them, none of which is empty or holds one. mgr-body is in base64.
[[nodiscard]] Judged<Posted> read_json(std::string_view text);

[[nodiscard]] Judged<Posted> read_posted(Encoding encoding, std::string_view text);

}  // namespace mgr::cgi
