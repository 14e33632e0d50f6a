// mgr.cgi, as the web server's user; distrusts what of it is the client's.
#include "client/cgi/environment.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace mgr::cgi {
namespace {

struct Variable {
  std::string_view name;
  std::string Environment::*member;
};

constexpr std::array<Variable, 17> looked_at{{{"REQUEST_METHOD", &Environment::method},
                                              {"PATH_INFO", &Environment::path_info},
                                              {"QUERY_STRING", &Environment::query},
                                              {"CONTENT_TYPE", &Environment::content_type},
                                              {"CONTENT_LENGTH", &Environment::content_length},
                                              {"HTTPS", &Environment::https},
                                              {"REQUEST_SCHEME", &Environment::scheme},
                                              {"HTTP_HOST", &Environment::host},
                                              {"HTTP_ORIGIN", &Environment::origin},
                                              {"HTTP_SEC_FETCH_SITE", &Environment::fetch_site},
                                              {"HTTP_X_MGR_TOKEN", &Environment::token},
                                              {"MGR_USER", &Environment::user},
                                              {"MGR_HOSTS", &Environment::hosts},
                                              {"MGR_SOCKET", &Environment::socket},
                                              {"MGR_KEY", &Environment::key},
                                              {"MGR_KNOWN_HOSTS", &Environment::known_hosts},
                                              {"MGR_TOKEN_KEY", &Environment::token_key}}};

}  // namespace

Judged<Environment> read_environment(const char* const* variables) {
  Environment environment;
  std::array<bool, looked_at.size()> is_set{};
  for (; *variables != nullptr; ++variables) {
    const std::string_view line(*variables);
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    const auto* known = std::ranges::find(looked_at, line.substr(0, equals), &Variable::name);
    if (known == looked_at.end()) continue;
    std::string& value = environment.*known->member;
    bool& seen = is_set.at(static_cast<std::size_t>(known - looked_at.begin()));
    const std::string_view given = line.substr(equals + 1);
    if (seen && given != value) return broken(std::string(known->name) + " is set twice");
    seen = true;
    value = given;
  }
  return environment;
}

bool is_https(const Environment& environment) {
  return environment.scheme == "https" ||
         (!environment.https.empty() && environment.https != "off");
}

}  // namespace mgr::cgi
