// Broker (uid mgr-broker). What may be asked for, from the helper's settings: far enough to refuse
// what cannot be right. Types, the policy and everything else are the helper's to check, and it
// checks all of this again. Distrusts the request.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "protocol/error.h"
#include "protocol/request_block.h"
#include "protocol/root_language.h"

namespace mgr::broker {

// A block that names a known action and holds its required arguments and no unknown field, and
// announces a body where the action wants one and only there. Only
// Schema makes one; it is as long-lived as the block.
class KnownRequest {
 public:
  [[nodiscard]] const RequestBlock& block() const { return *block_; }

 private:
  friend class Schema;
  explicit KnownRequest(const RequestBlock& block) : block_(&block) {}
  const RequestBlock* block_;
};

// Names are matched to the letter (an alias stands as clients write it, SCAN_MODULE), by hash: a
// thousand actions cost what ten do.
class Schema {
 public:
  Schema() = default;
  explicit Schema(const SettingsMessage& settings);

  // malformed: no module or no action is named. unknown_action. invalid_argument: a field that is
  // no argument of the action, a required one that is missing, a reserved name that means
  // nothing in this version, a request id outside its grammar, or a body that the action does not
  // take, or lacks; the detail names it.
  [[nodiscard]] Result<KnownRequest> check(const RequestBlock& block) const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  template <typename T>
  using Table = std::unordered_map<std::string, T, Hash, std::equal_to<>>;
  using Actions = Table<ActionSchema>;

  [[nodiscard]] Result<const ActionSchema*> find_action(std::string_view module,
                                                        std::string_view action) const;

  Table<std::shared_ptr<const Actions>> modules_;  // an alias shares its module's table
};

}  // namespace mgr::broker
