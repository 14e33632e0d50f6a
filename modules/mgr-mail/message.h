// mgr-mail · user mgr-mail · distrusts whoever chose recipients, subject and text.
#pragma once

#include <ctime>
#include <string>
#include <string_view>
#include <vector>

namespace mgr_mail {

// With more recipients than these, none is told of the others.
inline constexpr std::size_t most_named = 20;

struct Letter {
  std::string from;  // an address; "": the mailer puts its user's there
  std::vector<std::string> recipients;
  std::string subject;  // is_subject
  std::string text;     // is_text
  std::string id;       // of Message-ID, without < and >
  std::time_t date = 0;
};

// One line: UTF-8 without control characters, 255 bytes at most.
[[nodiscard]] bool is_subject(std::string_view text);

// UTF-8 (RFC 3629) without NUL.
[[nodiscard]] bool is_text(std::string_view bytes);

// The whole message (RFC 5322, 2045), lines ended by LF as sendmail(1) wants them. All of it is
// ASCII, no line is longer than 998 bytes, and only these headers are there: From where it is
// known, To, Subject, Date, Message-ID, MIME-Version, Content-Type, Content-Transfer-Encoding and
// Auto-Submitted (RFC 3834).
[[nodiscard]] std::string compose(const Letter& letter);

}  // namespace mgr_mail
