// mgrctl, with the caller's own uid. Which options were given that are for some commands alone: an
// option is refused where it would do nothing, since an answer about something else looks like one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "client/failure.h"
#include "client/options.h"

namespace mgr::client {

// As they are written, but for those of JobOptions, which belong to requests too; those that are
// for everything are left out.
[[nodiscard]] std::vector<std::string_view> given_options(const Options& options);
[[nodiscard]] std::vector<std::string_view> given_options(const JobOptions& options);

// Fails with invalid_request for one of those given that is not among `allowed`, options with a
// space between them. `command` is its name for people.
[[nodiscard]] Outcome<void> check_options(const std::vector<std::string_view>& given,
                                          std::string_view allowed, std::string_view command);

}  // namespace mgr::client
