// mgr-mail · user mgr-mail · distrusts whoever chose recipients, subject and text.
#include "modules/mgr-mail/message.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "modules/mgr-mail/encoding.h"
#include "protocol/text.h"

namespace mgr_mail {
namespace {

constexpr std::size_t longest_subject = 255;

// Whoever sees a message learns of all whom it names.
std::string to_header(const std::vector<std::string>& recipients) {
  if (recipients.size() > most_named) return "undisclosed-recipients:;";
  std::string text;
  for (const std::string& address : recipients) text += (text.empty() ? "" : ",\n ") + address;
  return text;
}

// RFC 5322, 3.3, with its English names whatever the locale is.
std::string date_header(std::time_t time) {
  constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm parts{};
  if (gmtime_r(&time, &parts) == nullptr) return "Thu, 01 Jan 1970 00:00:00 +0000";
  std::array<char, 64> text{};
  static_cast<void>(std::snprintf(text.data(), text.size(), "%s, %02d %s %d %02d:%02d:%02d +0000",
                                  days.at(static_cast<std::size_t>(parts.tm_wday)), parts.tm_mday,
                                  months.at(static_cast<std::size_t>(parts.tm_mon)),
                                  parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec));
  return text.data();
}

}  // namespace

bool is_subject(std::string_view text) {
  return !text.empty() && text.size() <= longest_subject && mgr::is_value(text);
}

bool is_text(std::string_view bytes) {
  while (!bytes.empty()) {
    const mgr::DecodedCharacter character = mgr::decode_utf8(bytes);
    if (character.length == 0 || character.code_point == 0) return false;
    bytes.remove_prefix(character.length);
  }
  return true;
}

std::string compose(const Letter& letter) {
  std::string message;
  const auto header = [&](std::string_view name, std::string_view value) {
    message.append(name).append(": ").append(value).append("\n");
  };
  if (!letter.from.empty()) header("From", letter.from);
  header("To", to_header(letter.recipients));
  header("Subject", header_value("Subject", letter.subject));
  header("Date", date_header(letter.date));
  header("Message-ID", "<" + letter.id + ">");
  header("MIME-Version", "1.0");
  header("Content-Type", "text/plain; charset=utf-8");
  header("Content-Transfer-Encoding", "quoted-printable");
  header("Auto-Submitted", "auto-generated");
  return message + "\n" + quoted_printable(letter.text);
}

}  // namespace mgr_mail
