// mgrctl, with the caller's own uid. Asks one question at a time: a person at the terminal, where
// the command line has not answered already.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "client/failure.h"
#include "client/terminal_question.h"

namespace mgr::client {

struct SetupQuestion {
  std::string option;                    // that answers it too; "" for none
  std::string words;                     // what it is about, shown once; lines
  std::string prompt;                    // "User"
  std::optional<std::string> otherwise;  // the answer where nothing is typed
  // What is wrong with an answer: then it is asked again, or, of the command line, the end.
  std::function<Outcome<void>(const std::string&)> check;
  bool must_be_asked = false;  // --yes does not answer it
};

class Asker {
 public:
  // `takes_defaults`: what has an answer where nothing is typed is not asked for (--yes), but for
  // what must be.
  Asker(std::optional<Terminal> terminal, bool takes_defaults)
      : terminal_(std::move(terminal)), takes_defaults_(takes_defaults) {}

  [[nodiscard]] bool has_terminal() const { return terminal_.has_value(); }

  // `given` is the command line's. Fails with invalid_request: that is wrong, there is nobody to
  // ask, or the input has ended.
  [[nodiscard]] Outcome<std::string> answer(const SetupQuestion& question,
                                            const std::optional<std::string>& given) const;

  // Yes or no, of somebody at the terminal whatever the options; no where nothing is typed.
  [[nodiscard]] Outcome<bool> confirm(const std::string& prompt) const;

 private:
  [[nodiscard]] Outcome<std::string> ask(const SetupQuestion& question) const;

  std::optional<Terminal> terminal_;
  bool takes_defaults_;
};

// "yes", "y", "no" and "n", in whatever case; nothing of another word.
[[nodiscard]] std::optional<bool> read_yes_or_no(const std::string& text);

}  // namespace mgr::client
