// mgrctl, with the caller's own uid. Distrusts every text: it may come from a broker that an
// attacker runs, and it goes to an admin's terminal.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "client/failure.h"
#include "client/json_value.h"
#include "client/reply.h"

namespace mgr::client {

// `text` on one line, with every character that a terminal might act on written out: controls as
// \n, \x1b or \u{9b}; bidirectional and invisible marks likewise; bytes that are not UTF-8 as \xff.
[[nodiscard]] std::string harmless(std::string_view text);

// The same, cut to so many characters; what was cut ends in "…".
[[nodiscard]] std::string shortened(std::string_view text, std::size_t characters);

// How many characters `text` has, as a terminal without wide ones would show them.
[[nodiscard]] std::size_t character_count(std::string_view text);

// The colour of a cell, as the number in an SGR sequence (ECMA-48): "32"; empty for none.
using CellColour = std::function<std::string_view(std::size_t row, std::size_t column)>;

// Rows of cells in columns, two spaces between, each row ended by a line feed. Cells pass
// harmless().
[[nodiscard]] std::string render_table(const std::vector<std::vector<std::string>>& rows,
                                       const CellColour& colour = {});

// `text`, which is harmless already, in that colour; as it is where that is empty.
[[nodiscard]] std::string coloured(std::string_view text, std::string_view colour);

// The members of an object as `key: value` lines, each ended by a line feed.
[[nodiscard]] std::string render_members(const JsonValue& object);

// What a success has to say to people: its data as a table of jobs and as `key: value` lines, or
// its msg where it has no data. Ended by a line feed.
[[nodiscard]] std::string render_success(const Reply& reply);

// "denied: detail (audit 1234)"
[[nodiscard]] std::string render_refusal(const Reply& reply);
[[nodiscard]] std::string render_failure(const Failure& failure);

}  // namespace mgr::client
