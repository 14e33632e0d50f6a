// The kinds of arguments beyond numbers and words, each at the edges of its grammar. What was
// accepted is the text as it came.
#include <gtest/gtest.h>

#include "policy/argument.h"
#include "protocol/archive.h"

namespace mgr {
namespace {

using namespace std::string_literals;

std::string joined(const std::vector<Scalar>& items) {
  std::string text;
  for (const Scalar& item : items) text += (text.empty() ? "" : ",") + scalar_text(item);
  return text;
}

void expect_taken(const ArgumentType& type, const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    const auto items = check_value(type, text);
    ASSERT_TRUE(items) << text << ": " << items.error().detail;
    EXPECT_EQ(joined(*items), text);
  }
}

void expect_refused(const ArgumentType& type, const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    const auto items = check_value(type, text);
    EXPECT_FALSE(items) << text;
    if (items) continue;
    EXPECT_EQ(items.error().code, ErrorCode::invalid_argument);
    // The message tells the type, and never repeats the value.
    if (text.size() < 9) continue;  // "bytes" is in a message anyhow
    EXPECT_EQ(items.error().detail.find(text), std::string::npos) << text;
  }
}

ArgumentType of(TypeKind kind) { return ArgumentType{kind}; }

ArgumentType path(PathKind kind = PathKind::file) {
  ArgumentType type{TypeKind::path};
  type.path_kind = kind;
  type.roots = {"/srv/www", "/var/log"};
  return type;
}

ArgumentType matching(const std::string& pattern) {
  ArgumentType type{TypeKind::string};
  type.pattern = pattern;
  return type;
}

// What no type takes: options, line breaks, NUL, what is not UTF-8, what is too long, nothing.
TEST(PolicyTypes, NoneTakesWhatCouldBecomeSomethingElse) {
  const std::vector<std::string> hostile{"",
                                         "-",
                                         "--",
                                         "-oProxyCommand=x",
                                         "a\nb",
                                         "a\r",
                                         "a\tb",
                                         "a\0b"s,
                                         "\0"s,
                                         "\xff",
                                         "\xc0\xaf",
                                         "\xed\xa0\x80",
                                         "\x1b[2J",
                                         "a\xc2\x85",
                                         std::string(4097, 'a')};
  for (int kind = 0; kind <= static_cast<int>(TypeKind::last_value); ++kind) {
    for (const bool is_list : {false, true}) {
      ArgumentType type{static_cast<TypeKind>(kind), is_list};
      type.roots = {"/srv"};
      type.choices = {"fast"};
      expect_refused(type, hostile);
    }
  }
}

// Digits, letters and dots of other scripts look like ASCII, and are none.
TEST(PolicyTypes, OnlyStringsHoldWhatIsNotAscii) {
  const std::vector<std::string> twins{"\xd9\xa1",                // ARABIC-INDIC DIGIT ONE
                                       "\xef\xbc\x91",            // FULLWIDTH DIGIT ONE
                                       "ex\xd0\xb0mple.org",      // CYRILLIC A
                                       "example\xe3\x80\x82org",  // IDEOGRAPHIC FULL STOP
                                       "r\xd0\xbeot",             // CYRILLIC O
                                       "ssh.\xd1\x95"
                                       "ervice",  // CYRILLIC DZE
                                       "127.0.0.\xef\xbc\x91",
                                       "00:11:22:33:44:5\xef\xbc\x91",
                                       "1\xe2\x80\x8d",   // ZERO WIDTH JOINER
                                       "\xe2\x80\x90x"};  // HYPHEN
  for (int kind = 0; kind <= static_cast<int>(TypeKind::last_value); ++kind) {
    const ArgumentType type{static_cast<TypeKind>(kind)};
    if (type.kind == TypeKind::string || type.kind == TypeKind::secret) {
      expect_taken(type, twins);
    } else {
      expect_refused(type, twins);
    }
  }
}

TEST(PolicyTypes, HostnamesAreThoseOfRfc1123) {
  const std::string label(63, 'a');
  const std::string longest = label + "." + label + "." + label + "." + std::string(61, 'b');
  ASSERT_EQ(longest.size(), 253U);
  expect_taken(of(TypeKind::hostname),
               {"a", "localhost", "example.org", "EXAMPLE.Org", "3com.com", "a-b.c--d", "1", "1.2",
                "xn--bcher-kva.example", label, longest});
  expect_refused(of(TypeKind::hostname),
                 {".",           "example.org.", ".example.org", "a..b",      "a-",
                  "a-.b",        "b.-a",         "a_b",          "_dmarc.x",  "*.example.org",
                  "a b",         "a/b",          "a:1",          "a@b",       "$(id)",
                  "a;b",         "[::1]",        "a,b",          label + "a", "x." + label + "a",
                  longest + "b", "b" + longest});
  EXPECT_EQ(check_value(of(TypeKind::hostname), "a_b").error().detail,
            "must be a host name: letters, digits and - in labels with a dot between them");
  EXPECT_EQ(check_value(of(TypeKind::username), "Ada").error().detail,
            "must be a user name: a-z or _, then up to 31 of a-z 0-9 _ -");
}

TEST(PolicyTypes, AddressesHaveNoSecondReading) {
  expect_taken(of(TypeKind::ip),
               {"0.0.0.0", "127.0.0.1", "255.255.255.255", "::", "::1", "2001:db8::1",
                "2001:DB8:0:0:0:0:0:1", "fe80::1", "::ffff:192.0.2.1", "1:2:3:4:5:6:7:8"});
  // inet_aton(3) would read many of these.
  expect_refused(of(TypeKind::ip),
                 {"127.1",      "1",          "0x7f.0.0.1",    "0x7f000001",   "2130706433",
                  "0177.0.0.1", "01.2.3.4",   "1.2.3",         "1.2.3.4.5",    "1.2.3.256",
                  "1.2.3.4 ",   " 1.2.3.4",   "1.2.3.4x",      "1.2.3.",       "fe80::1%eth0",
                  "fe80::1%",   "[::1]",      ":::",           "1::2::3",      "::12345",
                  "::1/128",    "1.2.3.4/32", "1:2:3:4:5:6:7", "::ffff:1.2.3", "localhost"});
}

TEST(PolicyTypes, NetworksHaveNoBitsPastThePrefix) {
  expect_taken(of(TypeKind::cidr),
               {"0.0.0.0/0", "10.0.0.0/8", "10.128.0.0/9", "192.0.2.0/31", "192.0.2.1/32", "::/0",
                "2001:db8::/32", "fe80::/10", "::1/128", "2001:db8::8000:0:0:0/65"});
  expect_refused(of(TypeKind::cidr), {"10.0.0.0",
                                      "10.0.0.0/",
                                      "/8",
                                      "/",
                                      "10.0.0.0/33",
                                      "10.0.0.0/08",
                                      "10.0.0.0/+8",
                                      "10.0.0.0/-1",
                                      "10.0.0.0/-0",
                                      "10.0.0.0/8/8",
                                      "10.0.0.0/ 8",
                                      "10.0.0.0/255.0.0.0",
                                      "10.0.0.1/8",
                                      "10.1.0.0/15",
                                      "192.0.2.1/31",
                                      "::1/127",
                                      "2001:db8::/129",
                                      "::/00",
                                      "10.0.0.0/4294967296",
                                      "10.0.0.0/18446744073709551624",
                                      "fe80::%eth0/64"});
}

TEST(PolicyTypes, PortsAreNumbersWithinTheirBounds) {
  ArgumentType port{TypeKind::port};
  expect_taken(port, {"1", "80", "65535"});
  expect_refused(port, {"0", "65536", "-1", "080", "+80", "0x50", "80 ", "http", "80/tcp", "1e3"});
  EXPECT_EQ(std::get<std::int64_t>(check_value(port, "80")->front()), 80);  // where measures it
  EXPECT_EQ(check_value(port, "0").error().detail, "must be an integer from 1 to 65535");
  port.least = 1024;
  port.most = 70000;
  expect_taken(port, {"1024", "65535"});
  expect_refused(port, {"1023", "65536", "70000"});
}

TEST(PolicyTypes, HardwareAddressesAreSixPairs) {
  expect_taken(of(TypeKind::mac), {"00:11:22:33:44:55", "aa:bb:cc:dd:ee:ff", "AA:bb:0C:dd:Ee:fF"});
  expect_refused(of(TypeKind::mac),
                 {"00:11:22:33:44", "00:11:22:33:44:55:66", "00-11-22-33-44-55", "0011.2233.4455",
                  "001122334455", "0:11:22:33:44:55", "00:11:22:33:44:5g", "00:11:22:33:44:555",
                  "00:11:22:33:44:55 ", ":00:11:22:33:44:55"});
}

TEST(PolicyTypes, UsernamesAreThoseThatUseraddMakes) {
  expect_taken(of(TypeKind::username),
               {"a", "root", "www-data", "_apt", "a1_b-c", "a" + std::string(31, 'b')});
  expect_refused(of(TypeKind::username), {"a" + std::string(32, 'b'), "1a", "0", "Root", "a.b",
                                          "a@b", "a$", "a b", "a:b", "../x", "a/b", "#0", "+0"});
}

TEST(PolicyTypes, UnitsAreWholeNames) {
  const std::string longest = std::string(247, 'a') + ".service";
  ASSERT_EQ(longest.size(), 255U);
  expect_taken(
      of(TypeKind::unit),
      {"ssh.service", "a.b.service", "getty@tty1.service", "a_b-c:d.socket", "multi-user.target",
       "fstrim.timer", "x.path", "mnt-data.mount", "x.automount", "x.swap", "system.slice",
       "session-1.scope", "dev-sda.device", "mnt-my\\x2ddisk.mount", longest});
  expect_refused(of(TypeKind::unit), {"ssh",           "ssh.",           ".service",
                                      "ssh.Service",   "ssh.service ",   "ssh.servicex",
                                      "ssh.conf",      "ssh*.service",   "ss?.service",
                                      "[a-z].service", "getty@.service", "@x.service",
                                      "a@b@c.service", "/etc/x.service", "../x.service",
                                      "a/b.service",   "a b.service",    "a;b.service",
                                      "$(id).service", "a\\b.service",   "a\\x2D.service",
                                      "-.mount",       "a%i.service",    "a," + longest,
                                      "a" + longest});
}

TEST(PolicyTypes, UnitsMayBeOfSomeTypesAlone) {
  ArgumentType type = of(TypeKind::unit);
  type.choices = {"service", "timer"};
  expect_taken(type, {"ssh.service", "a@b.timer", "a.target.service"});
  expect_refused(type, {"ssh.socket", "reboot.target", "a.service.target", "service", ".service",
                        "a.timers", "ssh"});
  EXPECT_EQ(check_value(type, "ssh").error().detail,
            "must be the whole name of a unit, such as ssh.service, of the types service timer");
}

TEST(PolicyTypes, DurationsAreWholeNumbersAndAUnit) {
  expect_taken(of(TypeKind::duration),
               {"0s", "1ms", "500ms", "10s", "2m", "1h", "30d", "999999999d"});
  expect_refused(of(TypeKind::duration),
                 {"10", "s", "+1s", "01s", "00s", "1 s", "1s ", "1.5s", "1w", "1S", "1min", "1h30m",
                  "1000000000s", "1e3s", "infinity"});
}

TEST(PolicyTypes, PathsLieBeneathARootToTheLetter) {
  const std::string longest = "/srv/www/" + std::string(4095 - 9, 'a');
  expect_taken(path(), {"/srv/www/a", "/srv/www/a/b.c", "/srv/www/.a", "/srv/www/..a",
                        "/srv/www/...", "/srv/www/a..", "/srv/www/a b;$(id)", "/srv/www/-a",
                        "/srv/www/K\xc3\xb6ln", "/var/log/x", longest});
  expect_refused(path(), {"a",
                          "./a",
                          "../a",
                          "srv/www/a",
                          "/",
                          "//",
                          "/srv",
                          "/srv/www",
                          "/srv/www/",
                          "/srv/www/a/",
                          "/srv/www//a",
                          "//srv/www/a",
                          "/srv/www/./a",
                          "/srv/www/.",
                          "/srv/www/..",
                          "/srv/www/../x",
                          "/srv/www/a/../../../etc/shadow",
                          "/srv/www/a/..",
                          "/srv/wwwx/a",
                          "/srv/www.old",
                          "/etc/shadow",
                          "/SRV/www/a",
                          "~/a",
                          "/srv/../srv/www/a",
                          longest + "a"});
}

TEST(PolicyTypes, ARootItselfIsAFolder) {
  expect_refused(path(), {"/srv/www", "/var/log"});
  for (const PathKind kind : {PathKind::folder, PathKind::any}) {
    expect_taken(path(kind), {"/srv/www", "/var/log", "/srv/www/a"});
    expect_refused(path(kind), {"/srv", "/srv/www/", "/srv/www/."});
  }
  ArgumentType none{TypeKind::path};
  none.path_kind = PathKind::any;
  expect_refused(none, {"/", "/a", "/srv/www"});
}

TEST(PolicyTypes, TheFirstRootAboveAPathIsItsRoot) {
  ArgumentType type{TypeKind::path};
  type.roots = {"/srv/a", "/srv"};
  EXPECT_EQ(*root_of(type, "/srv/a/b"), "/srv/a");
  EXPECT_EQ(*root_of(type, "/srv/a"), "/srv");  // as a file it is beneath that alone
  EXPECT_EQ(*root_of(type, "/srv/ab"), "/srv");
  EXPECT_EQ(root_of(type, "/srv"), nullptr);
  EXPECT_EQ(root_of(type, ""), nullptr);
}

TEST(PolicyTypes, AStringMatchesItsPatternWhole) {
  expect_taken(matching("[a-z]+"), {"a", "abc"});
  expect_refused(matching("[a-z]+"), {"abc1", "1abc", "ABC", "a b"});
  expect_refused(matching("a|b"), {"ab", "ac", "xa"});
  expect_taken(matching("a.c"), {"abc",
                                 "a\xc3\xb6"
                                 "c",
                                 "a\xf0\x9f\x98\x80"
                                 "c"});  // characters
  expect_refused(matching("a.c"), {"a\xc3\xb6\xc3\xb6"
                                   "c"});
  expect_refused(matching("\\d+"), {"\xd9\xa1"});
  EXPECT_EQ(check_value(matching("a+"), "b").error().detail,
            "must be 1 to 4096 bytes, the first not '-', that match a+");
  ArgumentType told = matching("a+");
  told.form = "without anything but a";
  EXPECT_EQ(check_value(told, "b").error().detail,
            "must be 1 to 4096 bytes, the first not '-', without anything but a");
}

TEST(PolicyTypes, APatternCostsTheSameForEveryText) {  // no backtracking: linear in the text
  expect_refused(matching("(a*)*b"), {std::string(4096, 'a')});
  expect_taken(matching("(a|aa)+"), {std::string(4096, 'a')});
  expect_refused(matching("(x+x+)+y"), {std::string(4096, 'x')});
}

TEST(PolicyTypes, NothingMatchesAPatternThatIsWrong) {
  for (const char* wrong :
       {"(", "[a", "a{2,1}", "\\", "(?=a)", "(a)\\1", "a**", "\xff", "((a{100}){100}){100}"}) {
    const Pattern pattern{std::string(wrong)};
    EXPECT_NE(pattern.error(), "") << wrong;
    EXPECT_FALSE(pattern.matches("a")) << wrong;
    expect_refused(matching(wrong), {"a", "("});
  }
  EXPECT_EQ(Pattern().error(), "");
  EXPECT_TRUE(Pattern().matches("anything"));
}

TEST(PolicyTypes, APatternTravelsAsItsText) {
  ArgumentType type = matching("[0-9]{2}");
  const auto decoded = decode<ArgumentType>(encode(type));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->pattern.text(), "[0-9]{2}");
  expect_taken(*decoded, {"42"});
  expect_refused(*decoded, {"4", "421"});
}

TEST(PolicyTypes, ListsHaveElementsOfTheType) {
  ArgumentType hosts{TypeKind::hostname, true};
  expect_taken(hosts, {"a", "a.example,b.example"});
  expect_refused(hosts, {"a,", ",a", "a,,b", "a,-b", "a, b", "a;b"});
  ArgumentType paths = path();
  paths.is_list = true;
  expect_taken(paths, {"/srv/www/a,/var/log/b"});
  expect_refused(paths, {"/srv/www/a,/etc/shadow", "/srv/www/a,b", "/srv/www/a,/srv/www/../b"});
  ArgumentType words = matching("[a-z]+");
  words.is_list = true;
  expect_taken(words, {"a,b"});
  expect_refused(words, {"a,1"});
}

TEST(PolicyTypes, ASecretIsAStringWhoseTextNoMessageHolds) {
  ArgumentType secret{TypeKind::secret};
  secret.max_length = 8;
  expect_taken(secret, {"hunter2", "p\xc3\xa4ss w"});
  expect_refused(secret, {"over-long-secret", "-x"});
}

TEST(PolicyTypes, ABlobIsNoField) {
  const std::vector<Argument> declared{{"file", {TypeKind::blob}, true, ""},
                                       {"name", {TypeKind::string}, true, ""}};
  EXPECT_EQ(check_arguments(declared, {{"name", "a"}, {"file", "b"}}).error().detail,
            "file: must be the request's body, and no field");
  const auto values = check_arguments(declared, {{"name", "a"}});
  ASSERT_TRUE(values);
  EXPECT_EQ(values->size(), 1U);
}

}  // namespace
}  // namespace mgr
