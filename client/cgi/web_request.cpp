// mgr.cgi, as the web server's user; distrusts the fields.
#include "client/cgi/web_request.h"

#include <array>
#include <string_view>

namespace mgr::cgi {
namespace {

using client::Request;

struct Switch {
  std::string_view name;
  bool Request::*member;
};

constexpr std::array<Switch, 3> switches{{{"mgr-wait", &Request::wait},
                                          {"mgr-dry-run", &Request::dry_run},
                                          {"mgr-confirm", &Request::confirm}}};

Judged<void> set_switch(Request& request, const Switch& one, const std::string& value) {
  if (value != "yes" && value != "no") {
    return refuse(ErrorCode::invalid_argument, std::string(one.name) + " is yes or no");
  }
  request.*one.member = value == "yes";
  return {};
}

Judged<void> add(Request& request, Field field) {
  for (const Switch& one : switches) {
    if (field.name == one.name) return set_switch(request, one, field.value);
  }
  if (field.name == "module") {
    request.module = std::move(field.value);
  } else if (field.name == "action") {
    request.action = std::move(field.value);
  } else if (field.name == "mgr-request-id") {
    if (!is_request_id(field.value)) return refuse(ErrorCode::invalid_argument, not_a_request_id);
    request.request_id = std::move(field.value);
  } else if (is_reserved_name(field.name)) {
    return refuse(ErrorCode::invalid_argument, field.name + " is not for a browser to say");
  } else {
    request.arguments.push_back(std::move(field));
  }
  return {};
}

}  // namespace

Judged<Request> make_request(Posted posted, const std::string& user) {
  Request request;
  for (Field& field : posted.fields) {
    const auto added = add(request, std::move(field));
    if (!added) return tl::unexpected(added.error());
  }
  if (request.module.empty() || request.action.empty()) {
    return refuse(ErrorCode::malformed, "a request names a module and an action");
  }
  request.on_behalf_of = user;
  request.body = std::move(posted.bytes);
  return request;
}

std::chrono::seconds patience_with(const Request& request) {
  constexpr std::chrono::minutes at_once(5);
  constexpr std::chrono::hours for_jobs(1);
  const bool waits = request.wait || (request.module == "job" && request.action == "wait");
  return waits ? std::chrono::seconds(for_jobs) : std::chrono::seconds(at_once);
}

}  // namespace mgr::cgi
