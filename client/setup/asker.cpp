// mgrctl, with the caller's own uid.
#include "client/setup/asker.h"

#include <algorithm>
#include <iostream>

#include "client/client.h"
#include "client/display.h"

namespace mgr::client {
namespace {

constexpr const char* input_ended = "the input ended; nothing was written";

tl::unexpected<Failure> invalid(std::string detail) {
  return failed(Failure::Kind::invalid_request, std::move(detail));
}

std::string trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  return std::string(text.substr(0, text.find_last_not_of(" \t") + 1));
}

}  // namespace

Outcome<std::string> Asker::answer(const SetupQuestion& question,
                                   const std::optional<std::string>& given) const {
  if (given) {
    const auto checked = question.check(*given);
    if (checked) return *given;
    return invalid((question.option.empty() ? "" : question.option + ": ") +
                   checked.error().detail);
  }
  if (takes_defaults_ && question.otherwise && !question.must_be_asked) return *question.otherwise;
  if (!terminal_) return invalid(question.option + " is missing, and there is nobody to ask");
  return ask(question);
}

Outcome<std::string> Asker::ask(const SetupQuestion& question) const {
  std::cerr << '\n' << question.words << '\n';
  const std::string prompt =
      "  " + question.prompt +
      (question.otherwise ? " [" + harmless(*question.otherwise) + "]" : "") + ": ";
  for (;;) {
    const auto line = terminal_->ask_or_end(prompt, Echo::on);
    if (!line) return tl::unexpected(line.error());
    if (!*line) return invalid(input_ended);
    std::string text = trimmed(**line);
    if (text.empty() && question.otherwise) return *question.otherwise;
    if (text.empty()) continue;
    const auto checked = question.check(text);
    if (checked) return text;
    std::cerr << "  " << harmless(checked.error().detail) << '\n';
  }
}

Outcome<bool> Asker::confirm(const std::string& prompt) const {
  if (!terminal_) return invalid("there is nobody to ask");
  const auto line = terminal_->ask_or_end('\n' + prompt + " [y/N] ", Echo::on);
  if (!line) return tl::unexpected(line.error());
  if (!*line) return invalid(input_ended);
  return read_yes_or_no(trimmed(**line)).value_or(false);
}

std::optional<bool> read_yes_or_no(const std::string& text) {
  const std::string word = folded(text);
  if (word == "y" || word == "yes") return true;
  if (word == "n" || word == "no") return false;
  return std::nullopt;
}

}  // namespace mgr::client
