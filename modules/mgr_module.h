// mgr: about the software itself: ping, version, whoami, modules. Pure.
#pragma once

#include <string>

#include "modules/module.h"

namespace mgr {

class MgrModule final : public Module {
 public:
  // `schema` is what the action modules answers: every action and its arguments, as JSON.
  explicit MgrModule(std::string schema);
};

}  // namespace mgr
