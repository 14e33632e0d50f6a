// Helper (root), pure; distrusts the text.
#include "policy/pattern.h"

#include <re2/re2.h>

namespace mgr {

void Pattern::compile() {
  RE2::Options options;  // UTF-8, as values are
  options.set_log_errors(false);
  options.set_never_nl(true);
  options.set_never_capture(true);
  options.set_max_mem(1 << 20);
  compiled_ = text_.empty() ? nullptr : std::make_shared<const RE2>(text_, options);
}

std::string Pattern::error() const {
  return compiled_ == nullptr || compiled_->ok() ? "" : compiled_->error();
}

bool Pattern::matches(std::string_view text) const {
  if (compiled_ == nullptr) return true;
  const re2::StringPiece piece(text.data(), text.size());
  return compiled_->ok() && compiled_->Match(piece, 0, text.size(), RE2::ANCHOR_BOTH, nullptr, 0);
}

}  // namespace mgr
