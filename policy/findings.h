// What was found in one configuration file. mgr-configure (root).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocol/error.h"

namespace mgr {

// Keeps the first error of a file and passes its warnings on. Parsers report here, read on with a
// harmless value in place of the wrong one, and ask once at the end, as with Cursor.
class Findings {
 public:
  // `warnings` must outlive this.
  Findings(std::string file, std::vector<std::string>& warnings)
      : file_(std::move(file)), warnings_(warnings) {}

  [[nodiscard]] const std::string& file() const { return file_; }

  void error(unsigned line, const std::string& what) {
    if (!error_) error_ = Error{ErrorCode::failed, place(line) + what};
  }
  void warn(unsigned line, const std::string& what) { warnings_.push_back(place(line) + what); }

  // The first error, "file:line: what", if there was one.
  [[nodiscard]] Result<void> result() const {
    if (error_) return tl::unexpected(*error_);
    return {};
  }

 private:
  [[nodiscard]] std::string place(unsigned line) const {
    return file_ + ":" + std::to_string(line) + ": ";
  }

  std::string file_;
  std::vector<std::string>& warnings_;
  std::optional<Error> error_;
};

}  // namespace mgr
