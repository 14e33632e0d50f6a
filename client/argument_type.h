// mgrctl, with the caller's own uid. The type of an argument, out of the daemon's schema and into
// words. Distrusts the schema.
#pragma once

#include <optional>
#include <string>

#include "client/failure.h"
#include "client/json_value.h"
#include "policy/argument.h"

namespace mgr::client {

// The type that an argument of the schema has, to check values by. Nothing for a type that this
// version does not know, or of which something is missing: what it takes is left to the daemon.
// Fails with bad_reply where a limit is not of the shape that PROTOCOL.md gives it. The pattern is
// left out: what a schema of thousands of them would cost to compile, nobody has asked for.
[[nodiscard]] Outcome<std::optional<ArgumentType>> read_argument_type(const JsonValue& argument);

// "int from 1 to 999", "one of fast, full", "list of up to 64: hostname"; with the pattern of the
// type, "" for none. Quotes the schema: it passes harmless() on its way out.
[[nodiscard]] std::string type_words(const ArgumentType& type, const std::string& pattern = "");

// Whether a value of the type may hold '='.
[[nodiscard]] bool may_hold_equals_sign(const ArgumentType& type);

}  // namespace mgr::client
