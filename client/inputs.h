// mgrctl, with the caller's own uid. What a request carries that does not stand on the command
// line: the body, secrets, and the word that it is really meant. Distrusts the schema.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "client/binding.h"

namespace mgr::client {

// The options about them.
struct InputOptions {
  std::optional<std::string> body;  // a file, or "-" for standard input
  bool secret_stdin = false;
  bool yes = false;
  bool over_network = false;  // and so no secret goes there
};

// Adds them, as far as the action wants them. Reads the body first, then the secrets, a line each:
// from the terminal that standard input is, without echo, or else from standard input. Asks for the
// confirmation last, when nothing else can go wrong. Fails with invalid_request.
[[nodiscard]] Outcome<void> add_inputs(Request& request, const ChosenAction& chosen,
                                       const InputOptions& options);

// The same without a schema: the body where one is given, and the confirmation with --yes.
[[nodiscard]] Outcome<void> add_inputs_without_schema(Request& request,
                                                      const InputOptions& options);

// All of a file, or of standard input for "-"; fails where that is over max_body_length, of which
// no more than one byte more is read.
[[nodiscard]] Outcome<std::string> read_body(const std::string& path);

}  // namespace mgr::client
