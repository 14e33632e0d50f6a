// Fuzz target: a file of what is expected of a policy.
#include "policy/expectations.h"
#include "tests/fuzz/property.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const auto read = mgr::parse_expectations({"file", {reinterpret_cast<const char*>(data), size}});
  if (!read) {
    require(read.error().detail.starts_with("file:"));
    return 0;
  }
  require(!read->empty());
  for (const mgr::Expectation& one : *read) {
    require(one.line > 0 && !one.module.empty() && !one.action.empty());
    require(int{one.as.has_value()} + int{one.key.has_value()} + int{one.principal.has_value()} +
                int{one.uid.has_value()} + int{one.network} ==
            1);
    require(one.groups.empty() || one.uid);
  }
  return 0;
}
