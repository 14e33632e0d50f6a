// mgrctl, pure; distrusts the author's typing.
#include "policy/lint/silence.h"

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>

#include "policy/lint/comments.h"

namespace mgr {
namespace {

struct Silence {
  unsigned line = 0;    // of the comment
  unsigned target = 0;  // of what it is about
  std::vector<std::string> codes;
  bool has_reason = false;
};

constexpr std::string_view blanks = " \t";

void skip_blanks(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
}

bool skip(std::string_view& text, std::string_view word) {
  skip_blanks(text);
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

// Letters, digits and '-'; empty where none stands here.
std::string take_code(std::string_view& text) {
  skip_blanks(text);
  const auto is_of_code = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  };
  const auto end = std::ranges::find_if_not(text, is_of_code) - text.begin();
  std::string code(text.substr(0, static_cast<std::size_t>(end)));
  text.remove_prefix(code.size());
  return code;
}

// "mgr-lint: allow CODE[, CODE] reason". Not one of those, where it does not begin so.
std::optional<Silence> read_silence(const TomlComment& comment) {
  std::string_view rest = comment.text;
  if (!skip(rest, "mgr-lint:")) return std::nullopt;
  Silence silence{comment.line, comment.line, {}, false};
  if (!skip(rest, "allow") || rest.empty() || blanks.find(rest.front()) == blanks.npos) {
    return silence;
  }
  do {
    silence.codes.push_back(take_code(rest));
  } while (skip(rest, ","));
  skip_blanks(rest);
  silence.has_reason = !rest.empty();
  return silence;
}

// A comment on a line of its own is about the next line that holds something else than a comment,
// and a blank line ends the run.
std::vector<Silence> find_silences(const PolicyText& source) {
  const auto comments = toml_comments(source.text);
  std::vector<Silence> silences;
  unsigned behind = 0;  // the line behind the run of comments that begins below
  for (auto comment = comments.rbegin(); comment != comments.rend(); ++comment) {
    const bool goes_on = comment != comments.rbegin() && std::prev(comment)->alone &&
                         std::prev(comment)->line == comment->line + 1;
    if (!goes_on) behind = comment->line + 1;
    auto silence = read_silence(*comment);
    if (!silence) continue;
    if (comment->alone) silence->target = behind;
    silences.push_back(std::move(*silence));
  }
  std::ranges::reverse(silences);
  return silences;
}

using Place = std::tuple<std::string, unsigned, std::string>;  // file, line, code

class Silencer {
 public:
  explicit Silencer(std::vector<Finding>& findings) : findings_(findings) {
    for (const Finding& each : findings) found_.emplace(each.file, each.line, each.code);
  }

  void apply(const std::string& file, const Silence& silence) {
    if (silence.codes.empty()) {
      return add(file, silence, "silence-unknown", "mgr-lint: is followed by `allow` and codes");
    }
    for (const std::string& code : silence.codes) {
      if (find_code(code) == nullptr) {
        add(file, silence, "silence-unknown", "there is no finding '" + code + "'");
      } else if (silence.has_reason && !take_out({file, silence.target, code})) {
        add(file, silence, "silence-unused",
            "line " + std::to_string(silence.target) + ", which it is about, has no finding '" +
                code + "'");
      }
    }
    if (!silence.has_reason) {
      add(file, silence, "silence-without-reason", "it gives no reason, and so allows nothing");
    }
  }

  void finish() {
    std::erase_if(findings_, [&](const Finding& each) {
      return taken_.contains({each.file, each.line, each.code});
    });
    findings_.insert(findings_.end(), added_.begin(), added_.end());
  }

 private:
  // Whether it is there, and not taken out by another comment.
  bool take_out(const Place& place) {
    return found_.contains(place) && taken_.insert(place).second;
  }

  void add(const std::string& file, const Silence& silence, const char* code, std::string text) {
    added_.push_back({code, file, silence.line, std::move(text)});
  }

  std::vector<Finding>& findings_;
  std::set<Place> found_, taken_;
  std::vector<Finding> added_;  // later, since no comment allows these
};

}  // namespace

void apply_silences(const std::vector<PolicyText>& texts, std::vector<Finding>& findings) {
  Silencer silencer(findings);
  for (const PolicyText& source : texts) {
    for (const Silence& silence : find_silences(source)) silencer.apply(source.file, silence);
  }
  silencer.finish();
}

}  // namespace mgr
