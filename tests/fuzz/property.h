// What the fuzz targets share: a property that holds or ends the program, and a folder of their
// own.
#pragma once

#include <fcntl.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "protocol/descriptor.h"

inline void require(bool condition) {
  if (!condition) std::abort();
}

// In memory, where the machine has such a place. Removed with all that is in it at the end of the
// program, unless that is a crash.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = "/dev/shm/mgr-fuzz-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) {
      name = std::filesystem::temp_directory_path() / "mgr-fuzz-XXXXXX";
      require(mkdtemp(name.data()) != nullptr);
    }
    path_ = name;
    descriptor_ = mgr::Descriptor(open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    require(static_cast<bool>(descriptor_));
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] int descriptor() const { return descriptor_.get(); }
  [[nodiscard]] std::string path(const char* name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
  mgr::Descriptor descriptor_;
};
