// mgrctl, with the caller's own uid; distrusts the texts.
#include "client/import/comment.h"

#include "client/display.h"
#include "client/import/program_words.h"
#include "client/import/write_toml.h"

namespace mgr::client {
namespace {

constexpr std::size_t line_width = 100;
constexpr std::size_t most_characters = 2000;  // of the source's text, in one comment

std::string human_text(const Source& source, const std::string& reasons) {
  return comment(std::string(human_mark) + ": " + place(source) + ": " + reasons + ".");
}

}  // namespace

std::string comment(std::string_view text) {
  const std::string safe = shortened(text, most_characters);
  std::string result, line = "#";
  for (std::string_view rest = safe; !rest.empty();) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    const std::string_view word = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (word.empty()) continue;
    if (line.size() > 1 && line.size() + 1 + word.size() > line_width) {
      result += line + '\n';
      line = "#";
    }
    line += ' ';
    line += word;
  }
  return result + line + '\n';
}

std::string remarks_text(const Source& source, const Remarks& remarks, const std::string& title) {
  std::string text = remarks.needs.empty() ? comment(place(source)) : "";
  for (const std::string& note : remarks.notes) text += comment(note);
  if (remarks.needs.empty()) return text;
  std::string reasons = title.empty() ? "" : title + ": ";
  const std::size_t front = reasons.size();
  for (const std::string& reason : remarks.needs) {
    reasons += (reasons.size() == front ? "" : "; ") + reason;
  }
  return text + human_text(source, reasons);
}

std::string aside_text(const Aside& aside) {
  if (aside.needs_human) return human_text(aside.source, aside.text);
  return comment(place(aside.source) + ": " + aside.text + ".");
}

std::string commented_out(std::string_view toml) {
  std::string text;
  while (!toml.empty()) {
    const std::size_t end = std::min(toml.find('\n'), toml.size());
    text += '#';
    text += toml.substr(0, end);
    text += '\n';
    toml.remove_prefix(std::min(end + 1, toml.size()));
  }
  return text;
}

}  // namespace mgr::client
