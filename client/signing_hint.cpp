// mgrctl, with the caller's own uid. Distrusts the reply: it may come from a broker that an
// attacker runs.
#include "client/signing_hint.h"

#include "client/display.h"
#include "protocol/error.h"

namespace mgr::client {
namespace {

std::string why_unsigned(const ServerChoice& choice) {
  if (choice.no_sign) return "nothing was signed, as --no-sign says";
  if (choice.env_key) return "nothing was signed, as MGR_KEY is set to nothing";
  const auto folder = config_folder(choice);
  return "nothing was signed, as there is no key" +
         (folder ? " in " + harmless(*folder) + "/key" : std::string()) +
         "; mgrctl(1), KEYS, tells how to come by one";
}

// Over the network there is no user whose rights would count.
std::string about_key(ErrorCode code, bool is_local) {
  if (code == ErrorCode::unauthenticated) {
    return std::string("; there, `mgrctl key list` tells whether it is let in, and until when") +
           (is_local ? "; --no-sign asks as the user" : "");
  }
  if (code == ErrorCode::denied) {
    return std::string("; the rights of that key alone count") +
           (is_local ? ", and with --no-sign those of the user" : "");
  }
  return is_local ? "; --no-sign asks as the user" : "";
}

}  // namespace

std::string signing_hint(const Reply& refusal, const ServerChoice& choice) {
  const auto code = static_cast<ErrorCode>(refusal.err_code);
  if (refusal.signed_with.empty()) {
    return code == ErrorCode::unauthenticated ? why_unsigned(choice) : "";
  }
  std::string text;
  const bool is_about_key =
      code == ErrorCode::unauthenticated || code == ErrorCode::stale || code == ErrorCode::denied;
  if (is_about_key) {
    text = "signed with " + harmless(refusal.signed_with) +
           about_key(code, !asks_over_network(choice));
  }
  if (!refusal.is_unproven) return text;
  return text + (text.empty() ? "" : "; ") +
         "the host did not sign this refusal, so it proves nothing";
}

}  // namespace mgr::client
