// mgr-service · user mgr-service · distrusts what units say of themselves, such as a description.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>

namespace mgr_service {

// A unit's properties, as org.freedesktop.systemd1(5) names them; those that are texts or integers.
using Property = std::variant<std::string, std::uint64_t>;
using Properties = std::map<std::string, Property, std::less<>>;

// One line of JSON, an object whose members mgr-service(8) has; all are there, null where they are
// not known or do not apply. `unit` is the name that was asked for. Pure.
[[nodiscard]] std::string status_json(std::string_view unit, const Properties& properties);

}  // namespace mgr_service
