// mgrctl, with the caller's own uid; distrusts the schema.
#include "client/inputs.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "client/display.h"
#include "client/jobs/terminal.h"
#include "client/terminal_question.h"
#include "protocol/root_language.h"
#include "protocol/text.h"

namespace mgr::client {
namespace {

tl::unexpected<Failure> invalid(std::string detail) {
  return failed(Failure::Kind::invalid_request, std::move(detail));
}

// Reads on until the end, or until there are so many bytes.
Outcome<std::string> read_at_most(int descriptor, const std::string& name, std::size_t limit) {
  std::string bytes;
  for (;;) {
    const std::size_t before = bytes.size();
    bytes.resize(std::min(limit, before + 65536));
    const ssize_t count = ::read(descriptor, bytes.data() + before, bytes.size() - before);
    if (count < 0 && errno != EINTR) return invalid(name + ": " + std::strerror(errno));
    bytes.resize(before + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    if (count == 0 || bytes.size() == limit) return bytes;
  }
}

// The next line of standard input, without its line feed; nothing at the end. Byte by byte, so that
// what stands behind it stays there.
Outcome<std::optional<std::string>> read_stdin_line() {
  std::string line;
  for (char byte = 0;;) {
    const ssize_t count = ::read(STDIN_FILENO, &byte, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return invalid(std::string("standard input: ") + std::strerror(errno));
    if (count == 0 && line.empty()) return std::nullopt;
    if (count == 0 || byte == '\n') return line;
    if (line.size() == max_value_length) return invalid("a line of standard input is too long");
    line += byte;
  }
}

bool has_secret(const ActionHelp& action) {
  return std::ranges::any_of(
      action.arguments, [](const ArgumentHelp& argument) { return argument.is(TypeKind::secret); });
}

bool reads_secrets_from_stdin(const InputOptions& options) {
  return options.secret_stdin || !is_terminal(STDIN_FILENO);
}

Outcome<void> check_options(const ChosenAction& chosen, const InputOptions& options) {
  const std::string where = chosen.name();
  const ArgumentHelp* body = chosen.action->body();
  const bool secret = has_secret(*chosen.action);
  if (options.body && body == nullptr) return invalid(where + " takes no --body");
  if (!options.body && body != nullptr && body->required) {
    return invalid(where + " needs --body FILE: " + body->name);
  }
  if (options.secret_stdin && !secret) return invalid(where + " takes no secret");
  if (secret && options.over_network) {
    return invalid(where + " takes a secret, which is not sent over the network");
  }
  if (secret && options.body == "-" && reads_secrets_from_stdin(options)) {
    return invalid("standard input cannot be both the body and the secret");
  }
  return {};
}

// The question says whose it is: the argument's name alone, which the schema chose, might be taken
// for somebody else's prompt.
Outcome<std::string> read_secret(const std::string& where, const ArgumentHelp& argument,
                                 const InputOptions& options) {
  if (reads_secrets_from_stdin(options)) {
    return read_stdin_line().map([](auto line) { return std::move(line).value_or(""); });
  }
  const auto terminal = Terminal::open();
  if (!terminal) return invalid("there is no terminal to ask for " + argument.name);
  const char* hint = argument.required ? ": " : " (empty for none): ";
  return terminal->ask("mgrctl " + where + ", " + argument.name + hint, Echo::off);
}

Outcome<void> add_secret(Request& request, const std::string& where, const ArgumentHelp& argument,
                         const InputOptions& options) {
  auto value = read_secret(where, argument, options);
  if (!value) return tl::unexpected(value.error());
  if (value->empty()) {
    if (!argument.required) return {};
    return invalid(where + " needs " + argument.name + ", and got none");
  }
  if (value->front() == ' ' || value->back() == ' ') {
    return invalid(where + ": " + argument.name + " must not begin or end with a space");
  }
  auto checked = check_argument(where, argument, *value);
  if (checked) request.arguments.push_back({argument.name, std::move(*value)});
  return checked;
}

// "Really packages upgrade how=install? [y/N] ", without secrets.
std::string question(const Request& request, const ChosenAction& chosen) {
  constexpr std::size_t longest_value = 60;
  std::string text = "Really " + chosen.name();
  for (const Field& field : request.arguments) {
    const ArgumentHelp* argument = chosen.action->find(field.name);
    if (argument == nullptr || argument->is_input()) continue;
    text += ' ' + field.name + '=' + shortened(field.value, longest_value);
  }
  return text + "? [y/N] ";
}

Outcome<void> confirm(Request& request, const ChosenAction& chosen, const InputOptions& options) {
  request.confirm = true;
  if (options.yes) return {};
  const auto terminal = Terminal::open();
  if (!terminal) return invalid(chosen.name() + " wants a confirmation: --yes gives it");
  const auto answer = terminal->ask(question(request, chosen), Echo::on);
  if (!answer) return tl::unexpected(answer.error());
  const std::string word = folded(*answer);
  if (word == "y" || word == "yes") return {};
  return invalid("not confirmed; nothing was sent");
}

Outcome<void> add_body(Request& request, const InputOptions& options) {
  if (!options.body) return {};
  auto body = read_body(*options.body);
  if (!body) return tl::unexpected(body.error());
  request.body = std::move(*body);
  return {};
}

}  // namespace

Outcome<std::string> read_body(const std::string& path) {
  const bool is_stdin = path == "-";
  const std::string name = is_stdin ? "standard input" : path;
  const int descriptor = is_stdin ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return invalid(name + ": " + std::strerror(errno));
  auto body = read_at_most(descriptor, name, max_body_length + 1);
  if (!is_stdin) ::close(descriptor);
  if (body && body->size() > max_body_length) return invalid(name + " is over 1 MiB");
  return body;
}

Outcome<void> add_inputs(Request& request, const ChosenAction& chosen,
                         const InputOptions& options) {
  auto added = check_options(chosen, options).and_then([&] { return add_body(request, options); });
  for (const ArgumentHelp& argument : chosen.action->arguments) {
    if (added && argument.is(TypeKind::secret)) {
      added = add_secret(request, chosen.name(), argument, options);
    }
  }
  if (!added || !chosen.action->confirm) return added;
  return confirm(request, chosen, options);
}

Outcome<void> add_inputs_without_schema(Request& request, const InputOptions& options) {
  if (options.secret_stdin) {
    return invalid("the schema is not yours to read, so what is secret cannot be told");
  }
  request.confirm = options.yes;
  return add_body(request, options);
}

}  // namespace mgr::client
