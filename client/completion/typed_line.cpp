// mgrctl, with the caller's own uid; distrusts what was typed, or pasted.
#include "client/completion/typed_line.h"

#include <algorithm>

namespace mgr::client {
namespace {

class Splitter {
 public:
  explicit Splitter(const std::string& home) : home_(home) {}

  TypedWords split(std::string_view line) {
    for (std::size_t i = 0; i < line.size(); ++i) take(line[i]);
    out_.is_open = quote_ != '\0';
    out_.is_redirection = is_target_;
    return std::move(out_);
  }

 private:
  void take(char byte) {
    constexpr std::string_view escaped = "$`\"\\";  // within double quotes
    if (quote_ == '\\') {
      if (around_ == '"' && escaped.find(byte) == std::string_view::npos) add('\\');
      add(byte);
      quote_ = around_;
      around_ = '\0';
    } else if (quote_ == '\'') {
      byte == '\'' ? close() : add(byte);
    } else if (byte == '\\') {
      around_ = quote_;
      open('\\');
    } else if (quote_ == '"') {
      if (byte == '$' || byte == '`' || byte == '!') out_.is_literal = false;
      byte == '"' ? close() : add(byte);
    } else {
      take_bare(byte);
    }
  }

  void take_bare(char byte) {
    constexpr std::string_view expanded = "$`*?[{!~";
    if (byte == ' ' || byte == '\t' || byte == '\n') {
      if (is_begun_) end_word();
    } else if (byte == '<' || byte == '>') {
      redirect();
    } else if (byte == '\'' || byte == '"') {
      open(byte);
    } else if (byte == '/' && is_begun_ && out_.words.back() == "~") {
      out_.words.back() = home_;
      add(byte);
    } else {
      if (expanded.find(byte) != std::string_view::npos) out_.is_literal = false;
      add(byte);
    }
  }

  void add(char byte) {
    out_.words.back() += byte;
    is_begun_ = true;
  }

  void open(char quote) {
    quote_ = quote;
    is_begun_ = true;
  }

  void close() { quote_ = '\0'; }

  void end_word() {
    if (is_target_) {
      out_.words.back().clear();
    } else {
      out_.words.emplace_back();
    }
    is_target_ = is_begun_ = false;
    out_.is_literal = true;
  }

  // The word before is its descriptor's number, as in 2>, or a word of its own.
  void redirect() {
    const std::string& word = out_.words.back();
    const bool is_number = word.find_first_not_of("0123456789&") == std::string::npos;
    if (is_begun_ && !is_target_ && !is_number) end_word();
    out_.words.back().clear();
    is_begun_ = false;
    is_target_ = out_.is_literal = true;
  }

  const std::string& home_;
  TypedWords out_;
  char quote_ = '\0';   // what is open: ' " or a backslash
  char around_ = '\0';  // the quote that the backslash stands in
  bool is_begun_ = false;
  bool is_target_ = false;  // the word belongs to a redirection
};

const OptionHelp* find_option(const std::vector<OptionHelp>& known, std::string_view name) {
  const auto found = std::ranges::find_if(known, [&](const OptionHelp& option) {
    return option.name == name || (!option.short_name.empty() && option.short_name == name);
  });
  return found == known.end() ? nullptr : &*found;
}

class LineReader {
 public:
  explicit LineReader(const std::vector<OptionHelp>& known) : known_(known) {}

  TypedLine read(const std::vector<std::string>& words) {
    for (std::size_t i = 0; i + 1 < words.size(); ++i) take(words[i]);
    take_last(words.back());
    return std::move(line_);
  }

 private:
  void take(const std::string& word) {
    if (line_.open != nullptr) {
      give(*line_.open, word);
    } else if (line_.plain_from != SIZE_MAX || word.size() < 2 || word.front() != '-') {
      line_.words.push_back(word);
    } else if (word == "--") {
      line_.plain_from = line_.words.size();
    } else if (word.starts_with("--")) {
      take_long(word);
    } else {
      take_letters(word);
    }
  }

  void take_long(const std::string& word) {
    const std::size_t sign = word.find('=');
    const OptionHelp* option = find_option(known_, word.substr(0, sign));
    if (option == nullptr) return;
    if (sign != std::string::npos) return give(*option, word.substr(sign + 1));
    option->value.empty() ? give(*option, "") : wait_for_value(*option);
  }

  // -qy, -n5 and -n 5
  void take_letters(const std::string& word) {
    for (std::size_t i = 1; i < word.size(); ++i) {
      const OptionHelp* option = find_option(known_, std::string("-") + word[i]);
      if (option == nullptr) return;
      if (option->value.empty()) {
        give(*option, "");
        continue;
      }
      i + 1 < word.size() ? give(*option, word.substr(i + 1)) : wait_for_value(*option);
      return;
    }
  }

  void take_last(const std::string& word) {
    line_.current = word;
    if (line_.open != nullptr || line_.is_plain() || !word.starts_with("--")) return;
    const std::size_t sign = word.find('=');
    if (sign == std::string::npos) return;
    line_.open = find_option(known_, word.substr(0, sign));
    if (line_.open == nullptr) return;
    line_.before = word.substr(0, sign + 1);
    line_.current = word.substr(sign + 1);
  }

  void give(const OptionHelp& option, std::string value) {
    line_.options.emplace_back(option.name, std::move(value));
    line_.open = nullptr;
  }
  void wait_for_value(const OptionHelp& option) { line_.open = &option; }

  const std::vector<OptionHelp>& known_;
  TypedLine line_;
};

}  // namespace

TypedWords split_typed_line(std::string_view line, const std::string& home) {
  return Splitter(home).split(line);
}

const std::string* TypedLine::option(std::string_view name) const {
  const auto found =
      std::ranges::find_if(options, [&](const auto& one) { return one.first == name; });
  return found == options.end() ? nullptr : &found->second;
}

TypedLine read_typed_line(const std::vector<std::string>& words,
                          const std::vector<OptionHelp>& known) {
  return LineReader(known).read(words);
}

}  // namespace mgr::client
