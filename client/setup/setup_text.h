// mgrctl, with the caller's own uid. The file that setup writes, rules.d/10-setup.toml: the same
// answers give the same bytes. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "client/setup/answers.h"
#include "client/setup/rules.h"

namespace mgr::client {

inline constexpr const char* setup_file_name = "10-setup.toml";
inline constexpr const char* setup_principal = "setup-web";

// In its head stand the command that gives these answers again, and a digest of all
// the rest, by which is_as_written() knows it.
[[nodiscard]] std::string setup_text(const Answers& answers, const std::vector<SetupRule>& rules);

// Whether setup_text() has written these bytes, and nobody has changed them since. No secret is in
// the digest: it tells what a person has typed from what was generated, and proves nothing.
[[nodiscard]] bool is_as_written(std::string_view text);

}  // namespace mgr::client
