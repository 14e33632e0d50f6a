// mgrctl, with the caller's own uid; distrusts the files.
#include "client/import/run_import.h"

#include <unistd.h>

#include <array>
#include <iostream>

#include "client/display.h"
#include "client/import/configd.h"
#include "client/import/policy_files.h"
#include "client/import/sudoers.h"
#include "client/import/write_toml.h"

namespace mgr::client {
namespace {

constexpr const char* usage = "import needs configd FILE… or sudoers FILE…";

bool is_program_here(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

Outcome<std::vector<SourceFile>> read_sources(const std::vector<std::string>& words) {
  std::vector<SourceFile> files;
  for (auto word = words.begin() + 2; word != words.end(); ++word) {
    auto file = read_source(*word);
    if (!file) return tl::unexpected(file.error());
    files.push_back(std::move(*file));
  }
  return files;
}

Outcome<Imported> import_files(const std::vector<std::string>& words) {
  const bool is_known = words.size() > 2 && (words[1] == "configd" || words[1] == "sudoers");
  if (!is_known) return failed(Failure::Kind::invalid_request, usage);
  const auto files = read_sources(words);
  if (!files) return tl::unexpected(files.error());
  return words[1] == "configd" ? import_configd(*files, is_program_here)
                               : import_sudoers(*files, host_name(), is_program_here);
}

// Where each file begins, for who reads them all at once.
void print_files(const std::vector<PolicyFile>& files) {
  for (const PolicyFile& file : files) std::cout << "# ==> " << file.name << "\n" << file.text;
}

std::string number_of(std::size_t count, const char* what) {
  return std::to_string(count) + ' ' + what + (count == 1 ? "" : "s");
}

void print_summary(const Imported& imported) {
  const auto line = [](const Source& source, const std::string& what) {
    std::cerr << harmless(place(source)) << ": " << harmless(what) << '\n';
  };
  for (const ImportedModule& module : imported.modules) {
    for (const ImportedAction& action : module.actions) {
      const std::string name = module.name + ' ' + action.name;
      const bool asks = !action.remarks.needs.empty();
      line(action.source, (action.is_sketch ? "not taken over: " : "taken over: ") + name +
                              (asks ? ", needs a human: " + action.remarks.needs.front() : ""));
    }
  }
  for (const ImportedRule& rule : imported.rules) {
    if (!rule.remarks.needs.empty()) {
      line(rule.source, "a rule needs a human: " + rule.remarks.needs.front());
    }
  }
  for (const Aside& aside : imported.asides) {
    if (aside.needs_human) line(aside.source, "needs a human: " + aside.text);
  }
  const ImportCount count = count_of(imported);
  std::cerr << number_of(count.actions, "action") << " and " << number_of(count.rules, "rule")
            << " taken over; " << number_of(count.humans, "thing")
            << (count.humans == 1 ? " needs" : " need") << " a human";
  if (count.humans > 0) std::cerr << ": look for " << human_mark;
  std::cerr << '\n';
}

}  // namespace

ExitCode run_import(const Options& options, const Session& session) {
  const auto imported = import_files(options.words);
  if (!imported) return report(session, imported.error());
  const auto files = policy_files(*imported);
  if (!files) return report(session, files.error());
  if (options.into) {
    const auto written = write_files(*options.into, *files, options.input.yes);
    if (!written) return report(session, written.error());
  } else {
    print_files(*files);
  }
  if (!session.quiet) print_summary(*imported);
  return finish(session, ExitCode::ok);
}

}  // namespace mgr::client
