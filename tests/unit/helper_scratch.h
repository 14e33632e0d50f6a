// A root of its own for a test, with the folder of the helper's state in it.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include "protocol/paths.h"

namespace mgr {

class ScratchRoot {
 public:
  ScratchRoot() : root_("/tmp/mgr-helper-test-XXXXXX") {
    if (mkdtemp(root_.data()) == nullptr) std::abort();
    std::filesystem::create_directories(paths().state_folder());
  }
  ~ScratchRoot() { std::filesystem::remove_all(root_); }
  ScratchRoot(const ScratchRoot&) = delete;
  ScratchRoot& operator=(const ScratchRoot&) = delete;
  [[nodiscard]] Paths paths() const { return Paths(root_); }

 private:
  std::string root_;
};

}  // namespace mgr
