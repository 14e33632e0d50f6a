// modules.d from text; no file, no root.
#include <gtest/gtest.h>

#include "policy/parse.h"
#include "tests/unit/policy_fake_users.h"

namespace mgr {
namespace {

using namespace std::chrono_literals;

class PolicyModules : public testing::Test {
 protected:
  // "accepted", or the message.
  std::string parse(const std::string& text, const std::string& file = "m.toml") {
    const auto parsed = parse_modules({file, text}, users, configuration);
    return parsed ? "accepted" : parsed.error().detail;
  }
  // The same for an action whose table, at line 1, holds `lines`.
  std::string action(const std::string& lines) {
    configuration = {};
    return parse("[module.m.action.a]\n" + lines);
  }
  // The same for an argument whose table, at line 3, holds `lines`.
  std::string argument(const std::string& lines) {
    return action("command = ['/bin/x']\n[module.m.action.a.arg.n]\n" + lines);
  }
  const DeclaredAction& declared() { return configuration.modules.at(0).actions.at(0); }

  FakeUsers users;
  Configuration configuration;
};

TEST_F(PolicyModules, ReadsEverySetting) {
  EXPECT_EQ(parse("[module.dns]\nsummary = 'The resolver'\n"
                  "[module.dns.action.flush]\nsummary = 'Drop zones'\n"
                  "command = ['/usr/sbin/rndc', '{zones...}', '{key}']\n"
                  "user = 'bind'\ngroup = 'mgr-admin'\ngroups = ['interns']\n"
                  "cwd = '/srv'\nenv = { LANG = 'C', A_1 = '' }\numask = '027'\nnice = -5\n"
                  "timeout = '10s'\nstop_grace = '500ms'\nno_new_privileges = false\n"
                  "[module.dns.action.flush.arg.zones]\ntype = 'list of string'\nmax_length = 253\n"
                  "[module.dns.action.flush.arg.key]\ntype = 'int'\nmin = 1\nmax = 5\n"
                  "required = false\nhelp = 'which'\n"),
            "accepted");
  const DeclaredModule& dns = configuration.modules.at(0);
  EXPECT_EQ(dns.name, "dns");
  EXPECT_EQ(dns.summary, "The resolver");
  const DeclaredAction& flush = dns.actions.at(0);
  EXPECT_EQ(flush.name, "flush");
  EXPECT_EQ(flush.summary, "Drop zones");
  EXPECT_EQ(flush.file, "m.toml");
  EXPECT_EQ(flush.line, 3U);
  const RunSettings& run = flush.run;
  EXPECT_EQ(run.argv, (std::vector<std::string>{"/usr/sbin/rndc", "{zones...}", "{key}"}));
  EXPECT_EQ(run.uid, 53U);
  EXPECT_EQ(run.gid, 900U);
  EXPECT_EQ(run.groups, (std::vector<gid_t>{901}));
  EXPECT_EQ(run.cwd, "/srv");
  const std::string user = run.user;
  EXPECT_EQ(run.environment, (std::vector<std::string>{"PATH=/usr/sbin:/usr/bin:/sbin:/bin",
                                                       "HOME=/", "USER=" + user, "LOGNAME=" + user,
                                                       "SHELL=/bin/false", "A_1=", "LANG=C"}));
  EXPECT_EQ(run.umask, 027U);
  EXPECT_EQ(run.nice, -5);
  EXPECT_EQ(run.timeout, 10s);
  EXPECT_EQ(run.stop_grace, 500ms);
  EXPECT_FALSE(run.no_new_privileges);
  ASSERT_EQ(flush.arguments.size(), 2U);
  EXPECT_EQ(flush.arguments[0].name, "zones");  // as the file has them
  EXPECT_EQ(type_name(flush.arguments[0].type), "list of string");
  EXPECT_EQ(flush.arguments[0].type.max_length, 253U);
  EXPECT_TRUE(flush.arguments[0].required);
  EXPECT_EQ(flush.arguments[1].type.least, 1);
  EXPECT_EQ(flush.arguments[1].type.most, 5);
  EXPECT_FALSE(flush.arguments[1].required);
  EXPECT_EQ(flush.arguments[1].help, "which");
}

TEST_F(PolicyModules, DefaultsAreTheLeast) {
  EXPECT_EQ(action("command = '/bin/x'"), "accepted");
  const RunSettings& run = declared().run;
  EXPECT_EQ(run.uid, 65534U);
  EXPECT_EQ(run.gid, 65534U);
  EXPECT_EQ(run.groups, (std::vector<gid_t>{65534, 4242}));  // by the database
  EXPECT_EQ(run.cwd, "/");
  EXPECT_EQ(run.umask, 077U);
  EXPECT_TRUE(run.no_new_privileges);
  EXPECT_EQ(action("command = '/bin/x'\ngroups = []"), "accepted");
  EXPECT_TRUE(declared().run.groups.empty());
}

TEST_F(PolicyModules, ReadsHowMuchItWantsBeforeItRuns) {
  EXPECT_EQ(action("command = '/bin/x'"), "accepted");
  EXPECT_EQ(declared().min_proof, Proof::kernel);
  EXPECT_FALSE(declared().confirm);
  EXPECT_EQ(action("command = '/bin/x'\nmin_proof = 'signed'\nconfirm = true"), "accepted");
  EXPECT_EQ(declared().min_proof, Proof::signature);
  EXPECT_TRUE(declared().confirm);
  for (const char* proof : {"'none'", "''", "'Kernel'", "'signature'"}) {
    EXPECT_EQ(action("command = '/bin/x'\nmin_proof = " + std::string(proof)),
              "m.toml:3: 'min_proof' must be \"kernel\" or \"signed\"")
        << proof;
  }
  EXPECT_EQ(action("command = '/bin/x'\nmin_proof = 1"), "m.toml:3: 'min_proof' must be a string");
  EXPECT_EQ(action("command = '/bin/x'\nconfirm = 'yes'"),
            "m.toml:3: 'confirm' must be true or false");
}

TEST_F(PolicyModules, UnknownUserIsAWarningAndTheActionKeepsNoUid) {
  EXPECT_EQ(action("command = '/bin/x'\nuser = 'ghost'"), "accepted");
  EXPECT_EQ(declared().run.uid, static_cast<uid_t>(-1));
  EXPECT_EQ(configuration.warnings.at(0),
            "m.toml:3: 'user' names 'ghost', unknown here: the action will be refused");
  EXPECT_EQ(action("command = '/bin/x'\nuser = 'bind'\ngroups = ['ghosts']"), "accepted");
  EXPECT_EQ(declared().run.uid, static_cast<uid_t>(-1));
  EXPECT_EQ(action("command = '/bin/x'\nuser = 'bind'\ngroup = 'ghosts'"), "accepted");
  EXPECT_EQ(declared().run.uid, static_cast<uid_t>(-1));
  users.is_away = true;
  EXPECT_EQ(action("command = '/bin/x'\nuser = 'bind'"), "m.toml:3: 'user' the directory is away");
}

TEST_F(PolicyModules, RefusesCommandThatIsNotOneAbsoluteProgram) {
  EXPECT_EQ(action(""), "m.toml:1: 'command' is missing");
  EXPECT_EQ(action("command = []"), "m.toml:2: 'command' must not be empty");
  for (const char* command : {"['x']", "['']", "['./x']", "['{n}']", "['/bin/{n}']"}) {
    EXPECT_EQ(action("command = " + std::string(command)),
              "m.toml:2: 'command' must begin with the absolute path of a program")
        << command;
  }
  EXPECT_EQ(action("command = ['/bin/x', \"a\\u0000b\"]"), "m.toml:2: a string holds NUL");
  EXPECT_EQ(action("command = ['/bin/x', 1]"),
            "m.toml:2: 'command' must be a string or a list of strings");
}

TEST_F(PolicyModules, ChecksPlaceholdersAgainstDeclaredArguments) {
  const auto command = [&](const std::string& element) {
    return action("command = ['/bin/x', '" + element +
                  "']\n[module.m.action.a.arg.one]\ntype = 'int'\n"
                  "[module.m.action.a.arg.many]\ntype = 'list of int'\n");
  };
  for (const char* element : {"{one}", "a{one}b{many}", "{many...}", "}", "plain"}) {
    EXPECT_EQ(command(element), "accepted") << element;
  }
  const std::string at = "m.toml:2: 'command' ";
  EXPECT_EQ(command("{two}"), at + "names 'two', which is no argument of this action");
  EXPECT_EQ(command("{}"), at + "names '', which is no argument of this action");
  EXPECT_EQ(command("{{one}}"), at + "names '{one', which is no argument of this action");
  EXPECT_EQ(command("{one}{one"), at + "has a '{' without '}'");
  EXPECT_EQ(command("a{many...}"), at + "has a '{name...}' that is not an element of its own");
  EXPECT_EQ(command("{one}{many...}"), at + "has a '{name...}' that is not an element of its own");
  EXPECT_EQ(command("{one...}"), at + "spreads 'one', which is not a list");
}

TEST_F(PolicyModules, NothingMovesIntoThePlaceOfWhatIsLeftOut) {
  const auto command = [&](const std::string& rest) {
    return action("command = ['/bin/x', " + rest +
                  "]\n[module.m.action.a.arg.one]\ntype = 'int'\nrequired = false\n"
                  "[module.m.action.a.arg.many]\ntype = 'list of int'\nrequired = false\n"
                  "[module.m.action.a.arg.must]\ntype = 'int'\n");
  };
  const std::string at = "m.toml:2: 'command' has ";
  const std::string why = ", which may be left out: it would move into its place";
  EXPECT_EQ(command("'{must}', '{one}'"), "accepted");
  EXPECT_EQ(command("'{must}', '{many...}', 'plain'"), "accepted");
  EXPECT_EQ(command("'{one}', '{must}'"), at + "{must} behind {one}" + why);
  EXPECT_EQ(command("'{many...}', 'plain', '-n{must}'"), at + "-n{must} behind {many...}" + why);
  EXPECT_EQ(command("'{one}', '{many}'"), at + "{many} behind {one}" + why);
}

TEST_F(PolicyModules, WhatMayBeLeftOutHasAnElementOfItsOwn) {
  const auto command = [&](const std::string& element) {
    return action("command = ['/bin/x', '" + element +
                  "']\n[module.m.action.a.arg.one]\ntype = 'int'\nrequired = false\n"
                  "[module.m.action.a.arg.many]\ntype = 'list of int'\nrequired = false\n"
                  "[module.m.action.a.arg.must]\ntype = 'int'\n");
  };
  for (const char* element : {"{one}", "{many}", "{many...}", "-n{must}", "plain"}) {
    EXPECT_EQ(command(element), "accepted") << element;
  }
  for (const char* element : {"-n{one}", "{one}s", "{one}{one}", "{must}{one}", "{one}{must}"}) {
    EXPECT_EQ(command(element),
              "m.toml:2: 'command' names 'one', which may be left out: give it "
              "an element of its own, or set required = true")
        << element;
  }
}

TEST_F(PolicyModules, LeavesPlaceholdersOfBuiltInModulesToThem) {
  EXPECT_EQ(parse("[module.scan.action.start]\ncommand = ['/usr/bin/mgr-scan', '-t', '{task_id}']"),
            "accepted");
  EXPECT_TRUE(declared().arguments.empty());
}

TEST_F(PolicyModules, RefusesTheSameActionInTwoFilesAndNamesBoth) {
  const std::string text = "[module.m.action.a]\ncommand = '/bin/x'\n";
  EXPECT_EQ(parse(text, "a.toml"), "accepted");
  EXPECT_EQ(parse("[module.m.action.b]\ncommand = '/bin/x'\n", "b.toml"), "accepted");
  EXPECT_EQ(configuration.modules.size(), 1U);
  EXPECT_EQ(configuration.modules[0].actions.size(), 2U);
  EXPECT_EQ(parse("\n" + text, "c.toml"),
            "c.toml:2: action 'a' of module 'm' is declared already at a.toml:1");
}

TEST_F(PolicyModules, RefusesNamesThatNoRequestCanUse) {
  EXPECT_EQ(parse("[module.DNS.action.a]\ncommand = '/bin/x'"),
            "m.toml:1: 'DNS' must be a name, a-z then a-z 0-9 _ - .");
  configuration = {};
  EXPECT_EQ(parse("[module.m.action.'*']\ncommand = '/bin/x'"),
            "m.toml:1: '*' must be a name, a-z then a-z 0-9 _ - .");
  for (const char* name : {"module", "auth-key", "mgr-x", "mgr", "'a b'", "A", "'a...'", "'{a}'"}) {
    EXPECT_TRUE(action("command = '/bin/x'\n[module.m.action.a.arg." + std::string(name) +
                       "]\ntype = 'int'")
                    .ends_with("cannot be an argument's name"))
        << name;
  }
}

TEST_F(PolicyModules, RefusesTypesAndBoundsThatMakeNoSense) {
  for (const char* type : {"''", "'integer'", "'list of'", "'list of list of int'", "1", "'Int'"}) {
    EXPECT_TRUE(argument("type = " + std::string(type)).starts_with("m.toml:4: 'type' must be"))
        << type;
  }
  EXPECT_EQ(
      argument("type='host'"),
      "m.toml:4: 'type' must be \"int\", \"bool\", \"enum\", \"string\", \"hostname\", \"ip\", "
      "\"cidr\", \"port\", \"mac\", \"username\", \"unit\", \"duration\", \"path\", \"secret\" or "
      "\"blob\", or \"list of\" one of these but the last two");
  EXPECT_TRUE(argument("").starts_with("m.toml:3: 'type' must be"));
  EXPECT_TRUE(argument("type='int'\nmin=5\nmax=4").starts_with("m.toml:6: 'max' must be from 5"));
  EXPECT_EQ(argument("type='string'\nmax_length=0"),
            "m.toml:5: 'max_length' must be from 1 to 4096");
  EXPECT_EQ(argument("type='enum'"), "m.toml:3: 'values' is missing");
  EXPECT_EQ(argument("type='enum'\nvalues=['a', 'b']"), "accepted");
  EXPECT_EQ(declared().arguments.at(0).type.choices, (std::vector<std::string>{"a", "b"}));
  for (const char* values : {"['']", "['-a']", "[\"a\\nb\"]"}) {
    EXPECT_EQ(argument("type='enum'\nvalues=" + std::string(values)),
              "m.toml:5: 'values' holds what no argument can be");
  }
  EXPECT_EQ(argument("type='list of enum'\nvalues=['a,b']"),
            "m.toml:5: 'values' holds what no argument can be");
}

TEST_F(PolicyModules, ReadsEveryType) {
  for (const char* type : {"int", "bool", "string", "hostname", "ip", "cidr", "port", "mac",
                           "username", "unit", "duration"}) {
    for (const std::string list : {"", "list of "}) {
      EXPECT_EQ(argument("type = '" + list + type + "'"), "accepted") << type;
      EXPECT_EQ(type_name(declared().arguments.at(0).type), list + type);
    }
  }
  EXPECT_EQ(argument("type = 'secret'\nmax_length = 8\npattern = '[0-9]+'"), "accepted");
  EXPECT_EQ(declared().arguments.at(0).type.pattern.text(), "[0-9]+");
  EXPECT_EQ(argument("type = 'blob'"), "accepted");
  EXPECT_EQ(argument("type = 'port'\nmin = 1024"), "accepted");
  EXPECT_EQ(declared().arguments.at(0).type.least, 1024);
  EXPECT_EQ(declared().arguments.at(0).type.most, 65535);
  for (const char* type :
       {"'list of secret'", "'list of blob'", "'hostnames'", "'IP'", "'path '"}) {
    EXPECT_TRUE(argument("type = " + std::string(type)).starts_with("m.toml:4: 'type' must be"))
        << type;
  }
}

TEST_F(PolicyModules, ReadsWhereAPathMayBe) {
  EXPECT_EQ(argument("type='list of path'\nroots=['/srv/www', '/var/log']\nkind='any'"),
            "accepted");
  const ArgumentType& type = declared().arguments.at(0).type;
  EXPECT_EQ(type.roots, (std::vector<std::string>{"/srv/www", "/var/log"}));
  EXPECT_EQ(type.path_kind, PathKind::any);
  EXPECT_EQ(argument("type='path'\nroots='/srv'"), "accepted");
  EXPECT_EQ(declared().arguments.at(0).type.path_kind, PathKind::file);
  EXPECT_EQ(argument("type='path'"), "m.toml:3: 'roots' is missing");
  EXPECT_EQ(argument("type='path'\nroots=[]"), "m.toml:5: 'roots' must not be empty");
  for (const char* root :
       {"srv", "./srv", "", "/", "/srv/", "//srv", "/srv/../etc", "/srv/.", "~"}) {
    EXPECT_EQ(
        argument("type='path'\nroots=['/a', '" + std::string(root) + "']"),
        "m.toml:5: 'roots' must hold absolute paths without //, /./, /../ and a / at the end, "
        "and not /")
        << root;
  }
  EXPECT_EQ(argument("type='path'\nroots='/srv'\nkind='dir'"),
            "m.toml:6: 'kind' must be \"file\", \"folder\" or \"any\"");
}

TEST_F(PolicyModules, ATextOrANumberCanBeListed) {
  for (const char* type : {"int", "port", "string", "hostname", "ip", "cidr", "mac", "username",
                           "unit", "duration", "list of unit"}) {
    EXPECT_EQ(argument("listed = true\ntype = '" + std::string(type) + "'"), "accepted") << type;
    EXPECT_TRUE(declared().arguments.at(0).type.listed);
  }
  EXPECT_EQ(argument("listed = true\ntype = 'enum'\nvalues = ['a']"), "accepted");
  EXPECT_EQ(argument("listed = true\ntype = 'path'\nroots = ['/srv']"), "accepted");
  EXPECT_EQ(argument("type = 'unit'"), "accepted");
  EXPECT_FALSE(declared().arguments.at(0).type.listed);
  for (const char* type : {"bool", "secret", "blob", "list of bool"}) {
    EXPECT_EQ(argument("listed = true\ntype = '" + std::string(type) + "'"),
              "m.toml:4: unknown key 'listed'")
        << type;
  }
  EXPECT_EQ(argument("listed = 'yes'\ntype = 'unit'"), "m.toml:4: 'listed' must be true or false");
}

TEST_F(PolicyModules, RefusesPatternsThatRe2DoesNotTake) {
  EXPECT_EQ(argument("type='string'\npattern='[a-z]+'"), "accepted");
  EXPECT_EQ(argument("type='string'\npattern='(a'"),
            "m.toml:5: 'pattern' is no regular expression of RE2: missing ): (a");
  EXPECT_EQ(argument("type='string'\npattern=''"), "m.toml:5: 'pattern' must not be empty");
  EXPECT_EQ(argument("type='string'\npattern=1"), "m.toml:5: 'pattern' must be a string");
  // Backreferences and looking ahead are what makes others take forever.
  for (const char* pattern : {"(a)\\1", "(?=a)b", "a**", "((a{100}){100}){100}"}) {
    EXPECT_TRUE(argument("type='string'\npattern='" + std::string(pattern) + "'")
                    .starts_with("m.toml:5: 'pattern' is no regular expression of RE2: "))
        << pattern;
  }
}

TEST_F(PolicyModules, ACommandHasOneInputThatStandsNowhereElse) {
  const auto with = [&](const std::string& element, const std::string& one,
                        const std::string& two) {
    return action("command = ['/bin/x', '" + element + "']\n" +
                  "\n[module.m.action.a.arg.one]\ntype = '" + one +
                  "'\n[module.m.action.a.arg.two]\ntype = '" + two + "'\n");
  };
  EXPECT_EQ(with("-", "secret", "secret"), "accepted");
  EXPECT_EQ(with("{two}", "blob", "int"), "accepted");
  const std::string both = "cannot both be the command's input: that is one blob, or secrets";
  EXPECT_EQ(with("-", "blob", "blob"), "m.toml:6: 'two' and 'one' " + both);
  EXPECT_EQ(with("-", "blob", "secret"), "m.toml:6: 'two' and 'one' " + both);
  EXPECT_EQ(with("-", "secret", "blob"), "m.toml:6: 'two' and 'one' " + both);
  for (const char* type : {"secret", "blob"}) {
    for (const char* element : {"{one}", "-p{one}", "{one...}"}) {
      EXPECT_EQ(with(element, type, "int"),
                "m.toml:2: 'command' names 'one', which reaches the command by its input alone")
          << type << element;
    }
  }
}

TEST_F(PolicyModules, ASecretIsGivenOnceAndPathsNeedDescriptors) {
  const auto with = [&](const std::string& type, const std::string& keys) {
    return action("command = '/bin/x'\n" + keys + "\n[module.m.action.a.arg.one]\n" + type);
  };
  const std::string secret = "type = 'secret'", path = "type = 'path'\nroots = '/srv'";
  EXPECT_EQ(with(secret, "retries = 1"),
            "m.toml:3: 'retries' must be 0 where an argument is a secret: it is not kept");
  EXPECT_EQ(with(secret, "retries = 0"), "accepted");
  EXPECT_EQ(with("type = 'blob'", "retries = 1"), "accepted");
  EXPECT_EQ(with(path, "open_files = 127"),
            "m.toml:3: 'open_files' must be at least 128 where an argument is a path");
  EXPECT_EQ(with(path, "open_files = 128"), "accepted");
  EXPECT_EQ(with(path, ""), "accepted");
  EXPECT_EQ(with(secret, "open_files = 8"), "accepted");
  for (const std::string& type : {secret, std::string("type = 'blob'")}) {
    EXPECT_EQ(with(type, "mode = 'output'\ncache = '10s'"),
              "m.toml:4: 'cache' is not for an action with a secret or a blob")
        << type;
  }
}

TEST_F(PolicyModules, RefusesKeysOfAnotherType) {
  EXPECT_EQ(argument("type='string'\nmin=1"), "m.toml:5: unknown key 'min'");
  EXPECT_EQ(argument("type='int'\nvalues=['1']"), "m.toml:5: unknown key 'values'");
  EXPECT_EQ(argument("type='bool'\nmax_length=1"), "m.toml:5: unknown key 'max_length'");
  EXPECT_EQ(argument("type='hostname'\npattern='a'"), "m.toml:5: unknown key 'pattern'");
  EXPECT_EQ(argument("type='string'\nroots='/srv'"), "m.toml:5: unknown key 'roots'");
  EXPECT_EQ(argument("type='duration'\nmin=1"), "m.toml:5: unknown key 'min'");
  EXPECT_EQ(argument("type='blob'\nmax_length=1"), "m.toml:5: unknown key 'max_length'");
  EXPECT_EQ(argument("type='port'\nmax=65536"), "m.toml:5: 'max' must be from 1 to 65535");
  EXPECT_EQ(argument("type='secret'\nrequired='yes'"),
            "m.toml:5: 'required' must be true or false");
}

TEST_F(PolicyModules, RefusesUnknownKeyWithLine) {
  EXPECT_EQ(action("command='/bin/x'\nusr='root'"), "m.toml:3: unknown key 'usr'");
  EXPECT_EQ(argument("type='int'\nrequire=true"), "m.toml:5: unknown key 'require'");
  configuration = {};
  EXPECT_EQ(parse("[module.m]\nsumary='x'"), "m.toml:2: unknown key 'sumary'");
  EXPECT_EQ(parse("[modul.m]\n"), "m.toml:1: unknown key 'modul'");
}

TEST_F(PolicyModules, HoldsSettingsToTheirForm) {
  const auto setting = [&](const std::string& line) { return action("command='/bin/x'\n" + line); };
  for (const char* mask : {"'077'", "'0'", "0o77", "'777'"}) {
    EXPECT_EQ(setting("umask = " + std::string(mask)), "accepted") << mask;
  }
  // A plain 77 is not octal, and would leave files open to others.
  for (const char* mask : {"77", "'1000'", "'8'", "''", "'-1'", "'0o77'", "'77 '", "true"}) {
    EXPECT_EQ(setting("umask = " + std::string(mask)),
              "m.toml:3: 'umask' must be octal, such as \"077\"")
        << mask;
  }
  for (const char* time : {"'10'", "'s'", "'-1s'", "'+1s'", "'1 s'", "'1w'", "''", "'1.5s'",
                           "'1sm'", "'99999999999s'"}) {
    EXPECT_TRUE(setting("timeout = " + std::string(time)).starts_with("m.toml:3: 'timeout' must"))
        << time;
  }
  EXPECT_EQ(setting("timeout = 10"), "m.toml:3: 'timeout' must be a string such as \"10s\"");
  EXPECT_TRUE(setting("timeout = '0s'").starts_with("m.toml:3: 'timeout' must be from 1ms"));
  EXPECT_EQ(setting("stop_grace = '0s'"), "accepted");
  EXPECT_EQ(setting("timeout = '2m'"), "accepted");
  EXPECT_EQ(declared().run.timeout, 2min);
  EXPECT_EQ(setting("timeout = '6h'"), "accepted");
  EXPECT_EQ(declared().run.timeout, 6h);
  EXPECT_EQ(setting("timeout = '366d'"), "accepted");
  EXPECT_EQ(declared().run.timeout, 24h * 366);
  EXPECT_EQ(setting("nice = 20"), "m.toml:3: 'nice' must be from -20 to 19");
  EXPECT_EQ(setting("cwd = 'srv'"), "m.toml:3: 'cwd' must be an absolute path");
  EXPECT_EQ(setting("env = { 'A=B' = 'x' }"), "m.toml:3: 'env' holds what is no variable's name");
  EXPECT_EQ(setting("env = { 1A = 'x' }"), "m.toml:3: 'env' holds what is no variable's name");
  EXPECT_EQ(setting("env = { A = 1 }"), "m.toml:3: 'env' must hold strings alone");
  EXPECT_EQ(setting("no_new_privileges = 'no'"),
            "m.toml:3: 'no_new_privileges' must be true or false");
}

}  // namespace
}  // namespace mgr
