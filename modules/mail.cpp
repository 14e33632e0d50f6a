// Helper (root), pure; its arguments are typed already.
#include "modules/mail.h"

#include "modules/command.h"

namespace mgr {
namespace {

// What RFC 5321 has more, mailers read in ways of their own: routes (% and !), comments, quotes,
// files, pipes. A name without a domain is this machine's. mgr-mail has the same grammar.
constexpr const char* address_pattern =
    "[A-Za-z0-9_][A-Za-z0-9_+=-]*(?:[.][A-Za-z0-9_+=-]+)*"
    "(?:@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?[.])*"
    "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)?";
// No value holds a control character; what breaks a line or turns its direction is none of a
// subject's either.
constexpr const char* subject_pattern =
    R"([^\x{061C}\x{2028}\x{2029}\x{200E}\x{200F}\x{202A}-\x{202E}\x{2066}-\x{2069}]*)";

std::vector<Argument> arguments() {
  ArgumentType to, subject, body;
  to.is_list = true;
  to.max_items = 1000;
  to.max_length = 254;
  to.pattern = Pattern(address_pattern);
  to.form = "a name, or name@host, of A-Z a-z 0-9 . _ + = -";
  subject.max_length = 255;
  subject.pattern = Pattern(subject_pattern);
  subject.form = "without what breaks a line or turns its direction";
  body.kind = TypeKind::blob;
  return {{"to", to, true, "addresses, such as root or a@example.org"},
          {"subject", subject, true, "one line"},
          {"body", body, true, "the text, UTF-8"}};
}

}  // namespace

std::vector<CommandSlot> MailModule::slots() { return {{"send", RunMode::job, {"to", "subject"}}}; }

MailModule::MailModule(const BuiltInCommands& commands) : Module("mail", "Mail") {
  add(commands, {"send", "Send a message", arguments(), {}},
      [](const ActionCall& call, const RunSettings& run) -> Result<Effect> {
        auto plan = plan_job("", run, arguments(), call.arguments, call.body);
        if (!plan) return tl::unexpected(plan.error());
        return StartJobs{{std::move(*plan)}};
      });
}

}  // namespace mgr
