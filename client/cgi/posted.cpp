// mgr.cgi, as the web server's user; distrusts every byte.
#include "client/cgi/posted.h"

#include "client/cgi/posted_fields.h"
#include "client/client.h"
#include "protocol/text.h"

namespace mgr::cgi {

Judged<void> PostedFields::add(std::string_view name, std::string value) {
  std::string folded = client::folded(name);
  if (!is_name(folded)) return refuse(ErrorCode::malformed, "the name of a field is none");
  if (names_.size() == max_fields) return refuse(ErrorCode::too_large, "over 64 fields");
  if (!names_.insert(folded).second) {
    return refuse(ErrorCode::malformed, "the field " + folded + " stands twice");
  }
  if (folded == body_field) {
    if (value.size() > max_body_length) {
      return refuse(ErrorCode::too_large, "mgr-body is over 1048576 bytes");
    }
    posted_.bytes = std::move(value);
    return {};
  }
  if (value.size() > max_value_length) {
    return refuse(ErrorCode::too_large, "the value of " + folded + " is over 4096 bytes");
  }
  if (!is_value(value)) {
    return refuse(ErrorCode::malformed,
                  "the value of " + folded + " holds a line break or is not plain UTF-8");
  }
  if (folded == token_field) {
    posted_.token = std::move(value);
  } else {
    posted_.fields.push_back({std::move(folded), std::move(value)});
  }
  return {};
}

Judged<Posted> read_posted(Encoding encoding, std::string_view text) {
  return encoding == Encoding::json ? read_json(text) : read_form(text);
}

}  // namespace mgr::cgi
