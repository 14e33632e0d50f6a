// mgrctl, with the caller's own uid. From the command line to what is asked, with the schema that
// the daemon tells. Distrusts the daemon's answers.
#pragma once

#include "client/catalogue.h"
#include "client/command.h"
#include "client/options.h"
#include "client/session.h"

namespace mgr::client {

// What is to be asked, and how its answer comes.
struct Question {
  Request request;
  ActionMode mode = ActionMode::unknown;
};

// The schema, as a reply or a refusal.
[[nodiscard]] Outcome<Reply> ask_for_modules(const Session& session);

// Asks for the schema where the words need it, and for secrets and the confirmation where the
// action wants them; a dry run, or who is only asking whether they may, is asked for no
// confirmation. `session` learns whether a command is to be waited for, and does not count the time
// in which inputs are typed. A refusal of the schema is a Reply.
[[nodiscard]] Outcome<tl::expected<Question, Reply>> make_question(const Options& options,
                                                                   const Command& command,
                                                                   Session& session);

}  // namespace mgr::client
