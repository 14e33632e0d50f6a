// mgr.cgi, as the web server's user. Whether a request is from a page of this very site. Pure;
// distrusts the headers as far as a hostile page, or the name that it was reached by, has them in
// its hand: a browser lets no page choose Host, Origin or Sec-Fetch-Site.
#pragma once

#include <string>
#include <string_view>

#include "client/cgi/environment.h"

namespace mgr::cgi {

// `text` with A-Z folded; the Host of a request as it is compared, and as tokens are bound to it.
[[nodiscard]] std::string folded_host(std::string_view text);

// Refuses a Host that is not one of the words of MGR_HOSTS, to the letter but for case: so a name
// that an attacker points at this machine (DNS rebinding) is none of the site's. A port is part of
// it, a dot at the end too.
[[nodiscard]] Judged<void> check_host(std::string_view host, std::string_view hosts);

// Refuses what a browser says is from elsewhere: an Origin that is not the scheme of this request
// and its Host, `null` above all; a Sec-Fetch-Site that is not same-origin. Where the server knows
// of no TLS, https is taken as well: something in front of it may speak that.
[[nodiscard]] Judged<void> check_origin(const Environment& environment);

}  // namespace mgr::cgi
