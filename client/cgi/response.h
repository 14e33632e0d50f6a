// mgr.cgi, as the web server's user. What it answers, as CGI has it (RFC 3875, section 6).
#pragma once

#include <string>
#include <string_view>

#include "client/cgi/output.h"
#include "client/cgi/refusal.h"
#include "client/reply.h"

namespace mgr::cgi {

// The header of an answer, up to its empty line. No cache keeps it, no page of another site gets
// it, no browser takes it for HTML. `length` is that of the content; negative for a stream. `more`
// are whole lines besides.
[[nodiscard]] std::string header_of(int status, std::string_view content_type, long length,
                                    std::string_view more = {});

inline constexpr std::string_view json_type = "application/json";
inline constexpr std::string_view event_stream_type = "text/event-stream";

// A reply's line as it came, without its line feed, where that is one line of plain ASCII, as
// PROTOCOL.md has it; else the same value written anew. So nothing that a broker sends ends a line
// of a stream.
[[nodiscard]] std::string line_of(const client::Reply& reply);

// Each writes a whole answer of JSON, and the last the notes to standard error, which is the web
// server's log. A refusal for want of a token says so in the header, too, where no broker's reply
// can: who asks again for that asks for what was not passed on. False where nobody reads it.
[[nodiscard]] bool write_json(Output& output, int status, std::string line);
[[nodiscard]] bool write_reply(Output& output, const client::Reply& reply);
[[nodiscard]] bool write_refusal(Output& output, const Refusal& refusal);

}  // namespace mgr::cgi
