// mgrctl, pure; distrusts the author's typing.
#include "policy/lint/silence.h"

#include <algorithm>
#include <optional>

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
  if (!skip(rest, "allow")) return silence;
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
  for (auto comment = comments.begin(); comment != comments.end(); ++comment) {
    auto silence = read_silence(*comment);
    if (!silence) continue;
    if (comment->alone) {
      auto last = comment;
      while (last + 1 != comments.end() && (last + 1)->alone &&
             (last + 1)->line == last->line + 1) {
        ++last;
      }
      silence->target = last->line + 1;
    }
    silences.push_back(std::move(*silence));
  }
  return silences;
}

class Silencer {
 public:
  Silencer(const PolicyText& source, std::vector<Finding>& findings)
      : source_(source), findings_(findings) {}

  void apply(const Silence& silence) {
    if (silence.codes.empty()) {
      return add(silence, "silence-unknown", "mgr-lint: is followed by `allow` and codes");
    }
    for (const std::string& code : silence.codes) {
      if (find_code(code) == nullptr) {
        add(silence, "silence-unknown", "there is no finding '" + code + "'");
      } else if (silence.has_reason && take_out(silence, code) == 0) {
        add(silence, "silence-unused",
            "line " + std::to_string(silence.target) + ", which it is about, has no finding '" +
                code + "'");
      }
    }
    if (!silence.has_reason) {
      add(silence, "silence-without-reason", "it gives no reason, and so allows nothing");
    }
  }

  void finish() { findings_.insert(findings_.end(), added_.begin(), added_.end()); }

 private:
  std::size_t take_out(const Silence& silence, const std::string& code) {
    return std::erase_if(findings_, [&](const Finding& finding) {
      return finding.file == source_.file && finding.line == silence.target && finding.code == code;
    });
  }

  void add(const Silence& silence, const char* code, std::string text) {
    added_.push_back({code, source_.file, silence.line, std::move(text)});
  }

  const PolicyText& source_;
  std::vector<Finding>& findings_;
  std::vector<Finding> added_;  // later, since no comment allows these
};

}  // namespace

void apply_silences(const std::vector<PolicyText>& texts, std::vector<Finding>& findings) {
  for (const PolicyText& source : texts) {
    Silencer silencer(source, findings);
    for (const Silence& silence : find_silences(source)) silencer.apply(silence);
    silencer.finish();
  }
}

}  // namespace mgr
