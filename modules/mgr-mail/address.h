// mgr-mail · user mgr-mail · distrusts whoever chose the recipients.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mgr_mail {

inline constexpr std::size_t most_recipients = 1000;

// The part of RFC 5321's Mailbox that every mailer reads as one address and nothing else: a
// dot-atom of A-Z a-z 0-9 _ + = -, and where it has a domain, @ and a host name; 254 bytes at most.
// A name without a domain is one of this machine's. The grammar of the module's `to`, once more.
[[nodiscard]] bool is_address(std::string_view text);

// Addresses with a comma between them, in their order, what is repeated to the letter once.
// Nothing where one is none, or where there are none or too many.
[[nodiscard]] std::optional<std::vector<std::string>> parse_recipients(std::string_view text);

// What is behind the @; "" for none.
[[nodiscard]] std::string_view domain_of(std::string_view address);

}  // namespace mgr_mail
