// mgr-scan · user mgr-scan, or root for --accept · root distrusts the folder `proposed`, which
// belongs to mgr-scan; mgr-scan believes the folder `accepted`, which belongs to root.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "modules/mgr-scan/baseline.h"
#include "modules/mgr-scan/result.h"

namespace mgr_scan {

// The baselines of one scan id, beneath var/lib/mgr/scan: proposed/ID, which every scan replaces,
// and accepted/ID, which only root moves. Files are replaced atomically (a temporary file, fsync,
// rename, fsync of the folder); no reader meets a part.
class BaselineStore {
 public:
  // `root` is the descriptor of "/" or of --root, and outlives the store.
  BaselineStore(int root, std::uint32_t id) : root_(root), name_(std::to_string(id)) {}

  // Nothing when there is no accepted baseline. Fails when there is one that root does not vouch
  // for, or that cannot be read.
  [[nodiscard]] Result<std::optional<Snapshot>> read_accepted() const;

  // The text of the proposal, exactly as a scan wrote it, once it has been parsed.
  struct Proposal {
    Snapshot snapshot;
    std::string digest;
  };
  [[nodiscard]] Result<Proposal> read_proposed() const;

  [[nodiscard]] Result<void> write_proposed(std::string_view text) const;

  // As root: readable by root and by the group of the user who owns `proposed`.
  [[nodiscard]] Result<void> write_accepted(std::string_view text) const;

 private:
  [[nodiscard]] std::string shown(const char* folder) const;

  int root_;
  std::string name_;
};

}  // namespace mgr_scan
