// mgrctl, with the caller's own uid. Comments of a TOML file. Distrusts the texts in them: each is
// made harmless first, so that none ends its line.
#pragma once

#include <string>
#include <string_view>

#include "client/import/imported.h"

namespace mgr::client {

// `text` as lines that begin with "# ", none much longer than 100 bytes unless a word is.
[[nodiscard]] std::string comment(std::string_view text);

// What stands above an imported thing: where it comes from, the notes, and one comment for all that
// needs a human.
// `title` names it where nothing below the comment does.
[[nodiscard]] std::string remarks_text(const Source& source, const Remarks& remarks,
                                       const std::string& title = "");
[[nodiscard]] std::string aside_text(const Aside& aside);

// Each line of a TOML text behind a '#'.
[[nodiscard]] std::string commented_out(std::string_view toml);

}  // namespace mgr::client
