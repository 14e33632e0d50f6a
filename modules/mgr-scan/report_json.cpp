// mgr-scan · user mgr-scan, or root for --accept · distrusts every byte of a file name.
//
// The only file that knows nlohmann/json. It is given printable text alone, which is valid UTF-8.
#include <nlohmann/json.hpp>

#include "modules/mgr-scan/outcome.h"
#include "modules/mgr-scan/printable.h"

namespace mgr_scan {
namespace {

using Json = nlohmann::ordered_json;

std::string line_of(const Difference& difference) {
  Json object = {{"type", word_of(difference.type)}, {"path", printable(difference.path)}};
  for (const Change& change : difference.changes) {
    object["changes"].push_back({{"field", change.field},
                                 {"before", printable(change.before)},
                                 {"after", printable(change.after)}});
  }
  return object.dump() + "\n";
}

std::string line_of(const char* type, const std::string& path, std::string_view reason) {
  const Json object = {{"type", type}, {"path", printable(path)}, {"reason", reason}};
  return object.dump() + "\n";
}

std::string summary(const Outcome& outcome) {
  const Json object = {{"type", "summary"},
                       {"result", word_of(outcome.verdict)},
                       {"added", count(outcome, Difference::Type::kAdded)},
                       {"changed", count(outcome, Difference::Type::kChanged)},
                       {"removed", count(outcome, Difference::Type::kRemoved)},
                       {"unsettled", outcome.unsettled.size()},
                       {"unchecked", outcome.unchecked.size()},
                       {"excluded", outcome.excluded},
                       {"files", outcome.files},
                       {"bytes_read", outcome.bytes_read},
                       {"proposal", outcome.proposal}};
  return object.dump() + "\n";
}

}  // namespace

std::string report_json(const Outcome& outcome) {
  std::string text;
  for (const Difference& difference : outcome.differences) text += line_of(difference);
  for (const Unsettled& name : outcome.unsettled) {
    text += line_of("unsettled", name.path, name.reason);
  }
  for (const Unchecked& name : outcome.unchecked) {
    text += line_of("unchecked", name.path, name.reason);
  }
  return text + summary(outcome);
}

}  // namespace mgr_scan
