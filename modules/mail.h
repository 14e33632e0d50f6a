// mail: hands a message to this machine's mailer, one job a message. send runs the command that
// modules.d/mail.toml names, which gets the message's text as its standard input. Pure.
#pragma once

#include "modules/module.h"

namespace mgr {

class MailModule final : public Module {
 public:
  // What [module.mail] of modules.d may say.
  [[nodiscard]] static std::vector<CommandSlot> slots();

  explicit MailModule(const BuiltInCommands& commands);
};

}  // namespace mgr
