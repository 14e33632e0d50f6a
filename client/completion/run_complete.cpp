// mgrctl, with the caller's own uid; distrusts what was typed, and the daemon's answers.
#include "client/completion/run_complete.h"

#include <algorithm>
#include <chrono>
#include <iostream>

#include "client/completion/asked_sources.h"
#include "client/completion/candidates.h"

namespace mgr::client {
namespace {

// Whoever types does not wait for a daemon that is being restarted.
constexpr std::chrono::milliseconds patience{2000};

std::optional<std::string> value_of(const TypedLine& line, std::string_view name) {
  const std::string* value = line.option(name);
  return value == nullptr ? std::nullopt : std::optional(*value);
}

// Whom the line that is typed would ask, and with which key.
Session session_of(const TypedLine& line) {
  Options typed;
  typed.root = value_of(line, "--root");
  typed.socket = value_of(line, "--socket");
  typed.host = value_of(line, "--host");
  typed.key_file = value_of(line, "--key-file");
  typed.no_sign = line.option("--no-sign") != nullptr;
  typed.timeout = patience;
  return begin_session(typed);
}

// What means the same within quotes and without, to any shell.
bool needs_no_quotes(std::string_view text) {
  return std::ranges::all_of(text, [](char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') ||
           std::string_view("_-./=:@,+%").find(byte) != std::string_view::npos;
  });
}

const char* word_of(FileKind kind) {
  switch (kind) {
    case FileKind::files:
      return "files";
    case FileKind::folders:
      return "folders";
    case FileKind::none:
      break;
  }
  return "words";
}

void print_for_bash(const Candidates& found, const TypedWords& typed) {
  for (const Candidate& candidate : found.words) {
    const std::string_view rest =
        std::string_view(candidate.text).substr(typed.words.back().size());
    if (!typed.is_open || needs_no_quotes(rest)) std::cout << rest << '\n';
  }
}

void print_for_zsh(const Candidates& found) {
  for (const Candidate& candidate : found.words) {
    std::cout << candidate.text << '\t' << candidate.summary << '\n';
  }
}

Candidates find_for(const TypedWords& typed) {
  if (typed.is_redirection) return {{}, FileKind::files};
  const std::vector<OptionHelp> known = known_options();
  const TypedLine line = read_typed_line(typed.words, known);
  AskedSources sources(session_of(line));
  Candidates found = find_candidates(line, known, sources);
  if (!typed.is_literal) found.words.clear();
  return found;
}

void complete_for(const std::string& shell, const std::string& line, const Session& session) {
  TypedWords typed = split_typed_line(line, session.choice.env_home.value_or("~"));
  if (typed.words.size() < 2) return;
  typed.words.erase(typed.words.begin());  // the command's name
  const Candidates found = find_for(typed);
  std::cout << word_of(found.files) << '\n';
  shell == "bash" ? print_for_bash(found, typed) : print_for_zsh(found);
}

}  // namespace

ExitCode run_complete(const Options& options, const Session& session) {
  TypedWords typed;
  if (options.words.size() > 1) typed.words.assign(options.words.begin() + 1, options.words.end());
  const bool is_line = options.shell == "bash" || options.shell == "zsh";
  if (options.shell && (!is_line || options.words.size() != 2)) {
    return report(session, Failure{Failure::Kind::invalid_request,
                                   "complete wants --shell bash or zsh, and the line as one word"});
  }
  if (is_line) {
    complete_for(*options.shell, typed.words.front(), session);
  } else {
    for (const Candidate& candidate : find_for(typed).words) std::cout << candidate.text << '\n';
  }
  return finish(session, ExitCode::ok);
}

}  // namespace mgr::client
