// Fuzz target: a sudoers file. Whatever is in it, what is written of it loads, and is the actions
// and rules that were found, word for word; the same bytes give the same text.

#include "tests/fuzz/property.h"
#include "tests/unit/import_support.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace mgr::client;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto imported = import_sudoers({{"sudoers", text}}, "here", is_everywhere);
  if (!imported) return 0;
  const auto loaded = load_imported(*imported);
  require(loaded.has_value() && is_same(*imported, *loaded));
  const auto again = import_sudoers({{"sudoers", text}}, "here", is_everywhere);
  require(again && rules_toml(*again) == rules_toml(*imported));
  return 0;
}
