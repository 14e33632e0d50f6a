// mgr-mail · user mgr-mail · recipients and subject are a caller's, the others root's.
//
// The only file that knows CLI11; its exceptions end here.
#include "modules/mgr-mail/arguments.h"

#include <sysexits.h>

#include <CLI/CLI.hpp>

#include "mgr_version.h"
#include "modules/mgr-mail/address.h"
#include "modules/mgr-mail/message.h"

namespace mgr_mail {
namespace {

// None repeats what it refuses: that may be anything.
std::string check_path(const std::string& text) {
  return text.starts_with('/') ? "" : "not an absolute path";
}

std::string check_address(const std::string& text) {
  return is_address(text) ? "" : "not an address";
}

std::string check_recipients(const std::string& text) {
  return parse_recipients(text) ? "" : "not 1 to 1000 addresses with a comma between them";
}

std::string check_subject(const std::string& text) {
  return is_subject(text) ? "" : "not 1 to 255 bytes of UTF-8 without control characters";
}

}  // namespace

tl::expected<Arguments, int> parse_arguments(int argc, char** argv) {
  CLI::App app("Hands a text on standard input to the system's mailer as a message.", "mgr-mail");
  Arguments arguments;
  std::string to;
  app.add_option("--to", to, "The recipients, a comma between them")
      ->required()
      ->type_name("ADDRESS,...")
      ->check(check_recipients);
  app.add_option("--subject", arguments.subject, "The subject")
      ->required()
      ->type_name("TEXT")
      ->check(check_subject);
  app.add_option("--from", arguments.from, "The sender, rather than the user who runs it")
      ->type_name("ADDRESS")
      ->check(check_address);
  app.add_option("--sendmail", arguments.sendmail, "The mailer")
      ->type_name("PATH")
      ->check(check_path)
      ->capture_default_str();
  app.set_version_flag("--version", "mgr-mail " MGR_VERSION);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return tl::unexpected<int>(app.exit(error) == 0 ? 0 : EX_USAGE);
  }
  arguments.recipients = parse_recipients(to).value_or(std::vector<std::string>{});
  return arguments;
}

}  // namespace mgr_mail
