// What mgr.cgi refuses before a byte of the body is read.
#include "client/cgi/admission.h"

#include <gtest/gtest.h>

#include "client/cgi/site.h"

namespace mgr::cgi {
namespace {

constexpr unsigned www_data = 33;

// What a page of the site sends, by a web server that knows who is at it.
Environment good() {
  Environment environment;
  environment.method = "POST";
  environment.content_type = "application/json";
  environment.content_length = "2";
  environment.host = "panel.example.net";
  environment.hosts = "panel.example.net box.lan:8443";
  environment.user = "alice";
  return environment;
}

// The status, and the err_code beside it; 200 and 0 where it is let in.
std::pair<int, int> judged(const Environment& environment, unsigned uid = www_data) {
  const auto admission = admit(environment, uid);
  if (admission) return {200, 0};
  return {admission.error().status, static_cast<int>(admission.error().error.code)};
}

std::pair<int, int> with(std::string Environment::*member, const char* value) {
  Environment environment = good();
  environment.*member = value;
  return judged(environment);
}

using Verdict = std::pair<int, int>;
constexpr Verdict in{200, 0}, denied{403, 4}, nobody{403, 3};

TEST(CgiAdmission, LetsAPageOfTheSiteIn) {
  const auto admission = admit(good(), www_data);
  ASSERT_TRUE(admission);
  EXPECT_EQ(admission->place, Place::request);
  EXPECT_EQ(admission->encoding, Encoding::json);
  EXPECT_EQ(admission->content_length, 2U);
  EXPECT_EQ(admission->user, "alice");
  EXPECT_EQ(admission->host, "panel.example.net");
}

TEST(CgiAdmission, DoesNotRunAsRoot) { EXPECT_EQ(judged(good(), 0), Verdict(500, 2)); }

TEST(CgiAdmission, TakesPostAlone) {
  for (const char* method : {"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "post", "POST ", ""}) {
    EXPECT_EQ(with(&Environment::method, method), Verdict(405, 5)) << method;
  }
}

TEST(CgiAdmission, KnowsThreePathsToTheLetter) {
  EXPECT_EQ(admit(good(), www_data)->place, Place::request);
  EXPECT_EQ(with(&Environment::path_info, "/token"), in);
  EXPECT_EQ(with(&Environment::path_info, "/stream"), in);
  for (const char* path : {"/", "/Token", "/token/", "//token", "/../api", "/stream.js", "token"}) {
    EXPECT_EQ(with(&Environment::path_info, path), Verdict(404, 1)) << path;
  }
}

TEST(CgiAdmission, TakesNothingFromAQuery) {
  EXPECT_EQ(with(&Environment::query, "module=mgr"), Verdict(400, 5));
  EXPECT_EQ(with(&Environment::query, "-d+allow_url_include%3d1"), Verdict(400, 5));
}

TEST(CgiAdmission, AHostThatIsNotListedIsNoneOfTheSite) {
  for (const char* host :
       {"panel.example.net", "PANEL.Example.NET", "box.lan:8443", "BOX.lan:8443"}) {
    EXPECT_EQ(with(&Environment::host, host), in) << host;
  }
  for (const char* host :
       {"", "evil.example", "panel.example.net.", "panel.example.net:80", "box.lan", "box.lan:844",
        "panel.example.net box.lan:8443", " panel.example.net", "panel.example", "127.0.0.1", "*",
        "panel.example.net@evil.example", "panel.example.net,evil.example", "[::1]"}) {
    EXPECT_EQ(with(&Environment::host, host), denied) << host;
  }
  EXPECT_EQ(with(&Environment::hosts, "  \tpanel.example.net  "), in);
}

TEST(CgiAdmission, SaysWhatToSetWhereNoHostIs) {
  for (const char* hosts : {"", "   "}) {
    Environment environment = good();
    environment.hosts = hosts;
    environment.host = "";
    const auto admission = admit(environment, www_data);
    ASSERT_FALSE(admission);
    EXPECT_EQ(admission.error().status, 403);
    EXPECT_NE(admission.error().error.detail.find("MGR_HOSTS"), std::string::npos);
  }
  EXPECT_EQ(with(&Environment::hosts, "*"), denied);
}

TEST(CgiAdmission, APageOfAnotherSiteIsRefused) {
  for (const char* origin :
       {"", "http://panel.example.net", "https://panel.example.net", "HTTPS://Panel.Example.Net"}) {
    EXPECT_EQ(with(&Environment::origin, origin), in) << origin;
  }
  for (const char* origin :
       {"null", "https://evil.example", "https://panel.example.net:8443",
        "https://panel.example.net.", "https://panel.example.net/",
        "https://panel.example.net.evil.example", "panel.example.net", "ftp://panel.example.net",
        "https://[::1]", "https://box.lan:8443", "https://",
        "https://panel.example.net https://evil.example", "file://"}) {
    EXPECT_EQ(with(&Environment::origin, origin), denied) << origin;
  }
}

TEST(CgiAdmission, APageWithoutTlsIsAnotherSiteToOneWithIt) {
  Environment environment = good();
  environment.origin = "http://panel.example.net";
  environment.https = "on";
  EXPECT_EQ(judged(environment), denied);
  environment.https = "off";
  EXPECT_EQ(judged(environment), in);
  environment.https = "";
  environment.scheme = "https";
  EXPECT_EQ(judged(environment), denied);
  environment.origin = "https://panel.example.net";
  EXPECT_EQ(judged(environment), in);
}

TEST(CgiAdmission, AnIpv6AddressIsAHost) {
  Environment environment = good();
  environment.hosts = "[2001:db8::1]:8443";
  environment.host = "[2001:DB8::1]:8443";
  environment.origin = "http://[2001:db8::1]:8443";
  EXPECT_EQ(judged(environment), in);
  environment.origin = "http://[2001:db8::1]";
  EXPECT_EQ(judged(environment), denied);
}

TEST(CgiAdmission, TheBrowsersWordOnWhoAsksCounts) {
  EXPECT_EQ(with(&Environment::fetch_site, "same-origin"), in);
  for (const char* site : {"cross-site", "same-site", "none", "Same-Origin", "x"}) {
    EXPECT_EQ(with(&Environment::fetch_site, site), denied) << site;
  }
}

TEST(CgiAdmission, ASiteThatAskedNobodyHasNoUser) {
  for (const char* user : {"", "-", "(null)", "$remote_user", "${REMOTE_USER}", "%{REMOTE_USER}e",
                           " alice", "alice ", " ", "al\nice", "al\x7f", "al\xff", "al\xc2\x85"}) {
    EXPECT_EQ(with(&Environment::user, user), nobody) << user;
  }
  for (const char* user :
       {"alice", "Alice", "zo\xc3\xab", "alice@example.net", "a b", "EXAMPLE\\a"}) {
    EXPECT_EQ(with(&Environment::user, user), in) << user;
  }
  Environment environment = good();
  environment.user = std::string(4097, 'a');
  EXPECT_EQ(judged(environment), nobody);
}

TEST(CgiAdmission, TakesTwoContentTypes) {
  for (const char* type :
       {"application/json", "Application/JSON", "application/json; charset=UTF-8",
        "application/json;charset=\"utf-8\"", "application/x-www-form-urlencoded",
        " application/x-www-form-urlencoded ; charset=utf-8"}) {
    EXPECT_EQ(with(&Environment::content_type, type), in) << type;
  }
  for (const char* type :
       {"", "text/plain", "multipart/form-data; boundary=x", "application/json; charset=latin1",
        "application/json; charset=utf-16", "application/json, text/plain", "application/jsonp",
        "application/json; boundary=x", "application/json;;", "text/json", ";",
        "application/csp-report"}) {
    EXPECT_EQ(with(&Environment::content_type, type), Verdict(415, 5)) << type;
  }
  EXPECT_EQ(read_content_type("application/x-www-form-urlencoded"), Encoding::form);
}

TEST(CgiAdmission, ABodySaysHowLongItIs) {
  EXPECT_EQ(with(&Environment::content_length, "0"), in);
  EXPECT_EQ(with(&Environment::content_length, std::to_string(max_content_length).c_str()), in);
  EXPECT_EQ(with(&Environment::content_length, ""), Verdict(411, 5));
  for (const char* length : {"-1", "+1", "0x10", "1e3", "1 ", " 1", "1,1", "1.0"}) {
    EXPECT_EQ(with(&Environment::content_length, length), Verdict(400, 5)) << length;
  }
  const std::string over = std::to_string(max_content_length + 1);
  for (const std::string& length :
       {over, std::string("18446744073709551616"), std::string(400, '9')}) {
    EXPECT_EQ(with(&Environment::content_length, length.c_str()), Verdict(413, 10)) << length;
  }
}

// A request that is wrong in every way is told the first.
TEST(CgiAdmission, TheOrderOfChecksIsThatOfTheManual) {
  Environment environment;
  environment.method = "GET";
  environment.path_info = "/x";
  environment.origin = "null";
  const Verdict order[] = {{405, 5}, {404, 1}, {403, 4}, {403, 4},
                           {403, 3}, {415, 5}, {411, 5}, {200, 0}};
  void (*const mend[])(Environment&) = {
      [](Environment& one) { one.method = "POST"; },
      [](Environment& one) { one.path_info = ""; },
      [](Environment& one) { one.host = one.hosts = "a"; },
      [](Environment& one) { one.origin = "http://a"; },
      [](Environment& one) { one.user = "alice"; },
      [](Environment& one) { one.content_type = "application/json"; },
      [](Environment& one) { one.content_length = "0"; },
  };
  for (std::size_t i = 0; i < std::size(order); ++i) {
    EXPECT_EQ(judged(environment), order[i]) << i;
    if (i < std::size(mend)) mend[i](environment);
  }
}

TEST(CgiEnvironment, ReadsWhatItKnowsAndNothingElse) {
  const char* const variables[] = {"REQUEST_METHOD=POST",
                                   "HTTP_MGR_USER=root",
                                   "HTTP_PROXY=http://evil",
                                   "MGR_USER=a=b",
                                   "REMOTE_USER=root",
                                   "HTTP_X_MGR_TOKEN=t",
                                   "MGR_USERS=root",
                                   "broken",
                                   nullptr};
  const auto environment = read_environment(variables);
  ASSERT_TRUE(environment);
  EXPECT_EQ(environment->method, "POST");
  EXPECT_EQ(environment->user, "a=b");
  EXPECT_EQ(environment->token, "t");
  EXPECT_EQ(environment->host, "");
}

TEST(CgiEnvironment, AVariableWithTwoValuesIsNobodysWord) {
  const char* const differ[] = {"MGR_USER=alice", "HTTP_HOST=a", "MGR_USER=root", nullptr};
  const auto refused = read_environment(differ);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().status, 500);
  EXPECT_EQ(refused.error().notes, "MGR_USER is set twice");
  const char* const emptied[] = {"MGR_USER=", "MGR_USER=root", nullptr};
  EXPECT_FALSE(read_environment(emptied));
  const char* const same[] = {"MGR_USER=alice", "MGR_USER=alice", nullptr};
  EXPECT_TRUE(read_environment(same));
}

}  // namespace
}  // namespace mgr::cgi
