// mgr.cgi, as the web server's user; distrusts the replies that it passes on.
#include "client/cgi/response.h"

#include <algorithm>
#include <iostream>

#include "client/json_value.h"

namespace mgr::cgi {

std::string header_of(int status, std::string_view content_type, long length,
                      std::string_view more) {
  std::string header = "Status: " + std::to_string(status) + ' ';
  header.append(reason_of(status)).append("\r\nContent-Type: ").append(content_type).append("\r\n");
  if (length >= 0) header += "Content-Length: " + std::to_string(length) + "\r\n";
  if (length < 0) header += "X-Accel-Buffering: no\r\n";  // nginx hands on what there is
  if (status == 405) header += "Allow: POST\r\n";
  header +=
      "Cache-Control: no-store\r\n"
      "X-Content-Type-Options: nosniff\r\n"
      "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"
      "Cross-Origin-Resource-Policy: same-origin\r\n"
      "Referrer-Policy: no-referrer\r\n";
  return header.append(more).append("\r\n");
}

std::string line_of(const client::Reply& reply) {
  const auto is_plain = [](unsigned char byte) { return byte >= ' ' && byte < 0x7F; };
  if (std::ranges::all_of(reply.line, is_plain)) return reply.line;
  const auto value = client::parse_json(reply.line);
  return value ? client::to_json(*value) : "{}";
}

bool write_json(Output& output, int status, std::string line) {
  if (!line.ends_with('\n')) line += '\n';
  return output.write(header_of(status, json_type, static_cast<long>(line.size())) + line);
}

bool write_reply(Output& output, const client::Reply& reply) {
  return write_json(output, reply.success ? 200 : status_of(reply.err_code), line_of(reply));
}

bool write_refusal(Output& output, const Refusal& refusal) {
  if (!refusal.notes.empty()) std::cerr << "mgr.cgi: " << refusal.notes << '\n';
  const std::string line = line_of(refusal);
  const std::string_view more = refusal.wants_token ? "X-MGR-Token: wanted\r\n" : "";
  const auto length = static_cast<long>(line.size());
  return output.write(header_of(refusal.status, json_type, length, more) + line);
}

}  // namespace mgr::cgi
