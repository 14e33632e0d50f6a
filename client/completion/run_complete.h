// mgrctl, with the caller's own uid. `mgrctl complete`, which a shell runs at every TAB. Distrusts
// what was typed, and the daemon's answers.
#pragma once

#include "client/exit_code.h"
#include "client/options.h"
#include "client/session.h"

namespace mgr::client {

// `complete -- WORD…` prints what may stand in the last word's place, one a line. With --shell its
// one word is the line up to the cursor, the command's name too, as it was typed; its first line is
// `words`, or `files` or `folders` where those are to be completed if no word is left. Behind it
// come, for zsh, the words, a tab and what they mean, and for bash what is to be added to what is
// typed: text, not quoted, and inside an open quote only what needs no quoting there.
// It prints no error, asks nobody for anything, and ends within two seconds.
ExitCode run_complete(const Options& options, const Session& session);

}  // namespace mgr::client
