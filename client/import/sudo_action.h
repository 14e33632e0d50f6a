// mgrctl, with the caller's own uid. One command of a sudoers file as an action. Distrusts it.
// Pure.
#pragma once

#include <string>
#include <tl/expected.hpp>

#include "client/import/imported.h"
#include "client/import/program_words.h"
#include "client/import/sudoers_syntax.h"

namespace mgr::client {

// Without its name, run as that user; or why it can be none, for people.
[[nodiscard]] tl::expected<ImportedAction, std::string> sudo_action(const SudoCommand& command,
                                                                    const SudoTerms& terms,
                                                                    const std::string& user,
                                                                    const ProgramExists& exists);

// What its name is made of: "systemctl restart nginx".
[[nodiscard]] std::string action_words(const ImportedAction& action);

// Whether sudo would take the argv of an action as this command; true where that is too much work
// to find out.
[[nodiscard]] bool covers(const SudoCommand& command, const ImportedAction& action);

}  // namespace mgr::client
