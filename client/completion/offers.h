// mgrctl, with the caller's own uid. What may stand next on a command line. Distrusts every text
// that comes from the daemon or from files: a shell and a terminal get it.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace mgr::client {

struct Candidate {
  std::string text;     // the whole word: what is typed, and what follows it
  std::string summary;  // for people, harmless; may be empty
};

// What the shell completes by itself, where no candidate is left.
enum class FileKind { none, files, folders };

struct Candidates {
  std::vector<Candidate> words;
  FileKind files = FileKind::none;
};

// Gathers them for one word. A text is passed over that does not go on from what is typed, that is
// there already, that a terminal might act on, or that would be an option.
class Offers {
 public:
  // `before` stands in front of the value that is typed, as `--as=` does: the shell's word is both.
  Offers(std::string before, std::string current)
      : before_(std::move(before)), current_(std::move(current)) {}

  [[nodiscard]] const std::string& current() const { return current_; }

  // From here on, the value of a name=value is meant.
  void enter(std::string_view name);
  // From here on, the last element of a list is meant, and no element is offered twice.
  void enter_list();
  // Behind `--`, where nothing is an option.
  void all_are_plain() { is_plain_ = true; }

  void add(std::string_view text, std::string_view summary = "");
  void add_option(std::string_view name, std::string_view summary);
  // Where they begin with the one or the other, they are the shell's to complete.
  void add_files(FileKind kind) { found_.files = kind; }

  [[nodiscard]] Candidates take() { return std::move(found_); }

 private:
  void keep(std::string text, std::string_view summary);

  std::string before_, current_;
  std::vector<std::string> elements_;  // of the list, those that are there
  bool is_plain_ = false;
  Candidates found_;
  std::unordered_set<std::string> texts_;  // of what is found
};

}  // namespace mgr::client
