// mgr-scan · user mgr-scan, or root for --accept · distrusts every byte of a file name.
#include "modules/mgr-scan/outcome.h"
#include "modules/mgr-scan/printable.h"

namespace mgr_scan {
namespace {

// Hashes and times say nothing to the eye: their field's name alone is printed.
bool shows_values(const Change& change) {
  return change.field != "content" && change.field != "times";
}

std::string line_of(const Difference& difference) {
  std::string line(word_of(difference.type));
  line += ' ';
  line += printable(difference.path);
  if (difference.changes.empty()) return line + "\n";
  std::string_view separator = " (";
  for (const Change& change : difference.changes) {
    line += separator;
    line += change.field;
    if (shows_values(change)) {
      line += ' ';
      line += printable(change.before) + " -> " + printable(change.after);
    }
    separator = ", ";
  }
  return line + ")\n";
}

std::string counts(const Outcome& outcome) {
  return std::to_string(count(outcome, Difference::Type::kAdded)) + " added, " +
         std::to_string(count(outcome, Difference::Type::kChanged)) + " changed, " +
         std::to_string(count(outcome, Difference::Type::kRemoved)) + " removed";
}

std::string summary(const Outcome& outcome) {
  const std::string files = std::to_string(outcome.files) + " files";
  std::string line;
  switch (outcome.verdict) {
    case Verdict::kUnchanged:
      line = "unchanged; " + files;
      break;
    case Verdict::kChanged:
      line = counts(outcome) + "; " + files;
      break;
    case Verdict::kProposed:
      line = "no accepted baseline; proposed " + files;
      break;
    case Verdict::kAccepted:
      line = "accepted " + files + "; " + counts(outcome);
      break;
  }
  if (!outcome.unsettled.empty()) {
    line += "; " + std::to_string(outcome.unsettled.size()) + " unsettled";
  }
  if (!outcome.unchecked.empty()) {
    line += "; " + std::to_string(outcome.unchecked.size()) + " not checked";
  }
  if (outcome.excluded != 0) line += "; " + std::to_string(outcome.excluded) + " excluded";
  return line + "\n";
}

}  // namespace

std::string report_text(const Outcome& outcome) {
  std::string text;
  for (const Difference& difference : outcome.differences) text += line_of(difference);
  for (const Unsettled& name : outcome.unsettled) {
    text += "unsettled " + printable(name.path) + " (" + name.reason + ")\n";
  }
  for (const Unchecked& name : outcome.unchecked) {
    text += "unchecked " + printable(name.path) + " (" + std::string(name.reason) + ")\n";
  }
  return text + "proposal " + outcome.proposal + "\n" + summary(outcome);
}

}  // namespace mgr_scan
