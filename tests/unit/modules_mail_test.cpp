// The module mail: a pure planner, tested without root and without a process; and its grammar of
// addresses, against that of mgr-mail.
#include <gtest/gtest.h>

#include <random>

#include "modules/mail.h"
#include "modules/mgr-mail/address.h"

namespace mgr {
namespace {

DeclaredModule mail_declared() {
  DeclaredAction send;
  send.name = "send";
  send.file = "mail.toml";
  send.line = 9;
  send.run.argv = {"/usr/libexec/mgr/mgr-mail", "--to={to}", "--subject={subject}"};
  DeclaredModule module;
  module.name = "mail";
  module.actions = {send};
  return module;
}

Result<BuiltInCommands> commands_of(const DeclaredModule& declared) {
  return BuiltInCommands::take({declared}, "mail", MailModule::slots());
}

const MailModule& mail() {
  static const MailModule module(*commands_of(mail_declared()));
  return module;
}

Result<ArgumentValues> checked(const std::vector<FieldView>& fields) {
  return check_arguments(mail().find("send")->arguments, fields);
}

bool accepts_to(std::string_view to) { return checked({{"to", to}, {"subject", "s"}}).has_value(); }

bool accepts_subject(std::string_view subject) {
  return checked({{"to", "a"}, {"subject", subject}}).has_value();
}

// Plans as an allowed caller would: through a decision, since there is no other way to an Allowed.
Result<Effect> plan(std::string_view to, std::string_view subject, std::string_view body) {
  Rule rule;
  rule.allow = true;
  rule.who = {0};
  rule.modules = {"mail"};
  rule.actions = {"send"};
  Policy policy;
  policy.principals = {{anyone_principal, {}, {}, {}, true}};
  policy.rules = {rule};
  const auto arguments = checked({{"to", to}, {"subject", subject}});
  if (!arguments) return tl::unexpected(arguments.error());
  const Decider decider(policy);
  const auto decision = decider.decide({}, "mail", "send", *arguments);
  const CallerFacts caller{};
  return mail().find("send")->handler({*decision, caller, *arguments, body});
}

std::string list_of(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "" : ",") + std::string("abc");
  return text;
}

TEST(Mail, OneMessageIsOneJobWhoseInputIsTheText) {
  const auto effect = plan("root,a@example.org", "{to} --from=x Größe", "Bcc: b\n\n.\n");
  ASSERT_TRUE(effect) << effect.error().detail;
  const auto& jobs = std::get<StartJobs>(*effect).jobs;
  ASSERT_EQ(jobs.size(), 1u);
  EXPECT_EQ(jobs[0].key, "") << "each request is a message of its own";
  EXPECT_EQ(jobs[0].run.argv,
            (std::vector<std::string>{"/usr/libexec/mgr/mgr-mail", "--to=root,a@example.org",
                                      "--subject={to} --from=x Größe"}));
  EXPECT_EQ(jobs[0].run.input, InputKind::body);
  EXPECT_EQ(jobs[0].input, "Bcc: b\n\n.\n");
  EXPECT_EQ(jobs[0].arguments,
            (std::vector<Field>{{"to", "root,a@example.org"}, {"subject", "{to} --from=x Größe"}}));
}

TEST(Mail, EveryAddressIsOneAndNothingElse) {
  for (const char* to : {"root", "www-data", "a@example.org", "A.b+c_d=e-f@Sub.Example.org", "a@b",
                         "a@1.2.3.4", "_x", "root,a@b,root"}) {
    EXPECT_TRUE(accepts_to(to)) << to;
  }
  for (const char* to : {"",
                         ",",
                         "a,",
                         ",a",
                         "a,,b",
                         "a, b",
                         " a",
                         "-a",
                         "-oQ/tmp",
                         "a,-t",
                         ".a",
                         "a.",
                         "a..b",
                         "@",
                         "@b",
                         "a@",
                         "a@@b",
                         "a@b@c",
                         "a@-b",
                         "a@b-",
                         "a@.b",
                         "a@b.",
                         "a@b..c",
                         "a@b_c",
                         "a%b@c",
                         "b!a",
                         "a@[1.2.3.4]",
                         "\"a\"@b",
                         "a b@c",
                         "a\\@b",
                         "|cat",
                         "a|b",
                         "/etc/passwd",
                         "a/b",
                         ":include:/etc/passwd",
                         "`id`",
                         "$(id)",
                         "a;b",
                         "<a@b>",
                         "a@b>",
                         "A <a@b>",
                         "a@b(c)",
                         "*",
                         "a'b",
                         "~a",
                         "#a",
                         "ä@b",
                         "a@ä.org",
                         "+a",
                         "=a",
                         "a@b\nBcc: c",
                         "a\r",
                         "a\tb"}) {
    EXPECT_FALSE(accepts_to(to)) << to;
  }
  const std::string label(63, 'a');
  const std::string domain = label + '.' + label + '.' + label;
  EXPECT_TRUE(accepts_to(std::string(254 - 192, 'x') + '@' + domain));
  EXPECT_FALSE(accepts_to(std::string(255 - 192, 'x') + '@' + domain));
  EXPECT_FALSE(accepts_to("a@a" + label));
}

TEST(Mail, AtMostAThousandRecipients) {
  EXPECT_TRUE(accepts_to(list_of(1000)));
  const auto refused = checked({{"to", list_of(1001)}, {"subject", "s"}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(refused.error().detail, "to: must have at most 1000 elements");
}

TEST(Mail, ASubjectIsOneLine) {
  for (const char* subject :
       {"x", "a: b", "Größe", "=?UTF-8?Q?x?=", "\xF0\x9F\x92\xA9", "a\xC2\xA0"}) {
    EXPECT_TRUE(accepts_subject(subject)) << subject;
  }
  for (const char* subject :
       {"", "-x", "a\nBcc: b", "a\rBcc: b", "a\tb", "a\x1B[2J", "a\x7F", "a\u061C",
        "a\xC2\x85"
        "b",
        "\xFF",
        "a\xE2\x80\xA8"
        "b",
        "a\xE2\x80\xA9"
        "b",
        "a\xE2\x80\xAE"
        "b",
        "a\xE2\x81\xA6"
        "b"}) {
    EXPECT_FALSE(accepts_subject(subject)) << subject;
  }
  EXPECT_TRUE(accepts_subject(std::string(255, 'x')));
  EXPECT_FALSE(accepts_subject(std::string(256, 'x')));
}

TEST(Mail, NothingElseIsACallersToSay) {
  for (const char* name : {"from", "cc", "bcc", "reply-to", "header", "body", "sendmail"}) {
    EXPECT_FALSE(checked({{"to", "a"}, {"subject", "s"}, {name, "x"}})) << name;
  }
  EXPECT_FALSE(checked({{"to", "a"}, {"to", "b"}, {"subject", "s"}}));
  EXPECT_FALSE(checked({{"to", "a"}}));
  EXPECT_FALSE(checked({{"subject", "s"}}));
}

TEST(Mail, ItsFileNamesNoOtherActionModeOrPlaceholder) {
  DeclaredModule declared = mail_declared();
  declared.actions[0].run.argv.emplace_back("{body}");
  EXPECT_EQ(commands_of(declared).error().detail,
            "mail.toml:9: the module mail: send's command names 'body', which it does not give");
  declared = mail_declared();
  declared.actions[0].run.mode = RunMode::output;
  EXPECT_FALSE(commands_of(declared));
  declared = mail_declared();
  declared.actions[0].name = "relay";
  EXPECT_FALSE(commands_of(declared));
}

// A second reading of the same grammar, by hand: they agree on what is made of its edges.
TEST(Mail, ModuleAndProgramHaveOneGrammarOfAddresses) {
  std::mt19937 random(4711);
  constexpr std::string_view bytes = "aZ9_+=-.@..--@@%!/|\" ";
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    for (auto length = random() % 9; length > 0; --length) text += bytes[random() % bytes.size()];
    EXPECT_EQ(accepts_to(text), mgr_mail::is_address(text)) << text;
  }
}

}  // namespace
}  // namespace mgr
