// mgr-mail · user mgr-mail · the mailer is the machine's own, and trusted with the message.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "modules/mgr-mail/text_input.h"

namespace mgr_mail {

// Becomes `PATH -i [-f FROM] -- RECIPIENT…` with the message on standard input; so the mailer's
// exit status is this program's, and what it says goes where this would. It is given no descriptor
// but 0, 1 and 2, SIGPIPE as a program expects it, and no MGR_PROGRESS_FD. Recipients are never
// read from the message (-t). Returns only where it could not.
[[nodiscard]] Failure become_mailer(const std::string& path, const std::string& from,
                                    const std::vector<std::string>& recipients,
                                    std::string_view message);

}  // namespace mgr_mail
