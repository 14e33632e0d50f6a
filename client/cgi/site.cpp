// mgr.cgi, as the web server's user; distrusts the headers of the request.
#include "client/cgi/site.h"

#include <algorithm>

#include "client/client.h"

namespace mgr::cgi {
namespace {

bool is_listed(std::string_view host, std::string_view hosts) {
  while (!hosts.empty()) {
    const std::string_view word = hosts.substr(0, hosts.find_first_of(" \t"));
    hosts.remove_prefix(std::min(word.size() + 1, hosts.size()));
    if (!word.empty() && folded_host(word) == host) return true;
  }
  return false;
}

}  // namespace

std::string folded_host(std::string_view text) { return client::folded(text); }

Judged<void> check_host(std::string_view host, std::string_view hosts) {
  if (hosts.find_first_not_of(" \t") == std::string_view::npos) {
    return refuse(ErrorCode::denied,
                  "MGR_HOSTS is not set: it lists the hosts that this site has, as a browser names "
                  "them in Host, with a space between two");
  }
  if (is_listed(folded_host(host), hosts)) return {};
  return refuse(ErrorCode::denied, "this host is not one of the site's, which MGR_HOSTS lists");
}

Judged<void> check_origin(const Environment& environment) {
  const std::string origin = folded_host(environment.origin);
  const std::string host = folded_host(environment.host);
  const bool is_own =
      origin == "https://" + host || (origin == "http://" + host && !is_https(environment));
  if (!origin.empty() && !is_own) {
    return refuse(ErrorCode::denied, "the request comes from a page of another site");
  }
  if (!environment.fetch_site.empty() && environment.fetch_site != "same-origin") {
    return refuse(ErrorCode::denied, "the browser says that another site asks");
  }
  return {};
}

}  // namespace mgr::cgi
