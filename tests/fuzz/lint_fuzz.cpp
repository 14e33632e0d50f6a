// Fuzz target: what is looked at in a policy, and the comments that allow it. Takes the bytes as
// policy.toml and as a file of modules.d; what is called a comment can be taken out of either.
#include <algorithm>

#include "policy/lint/comments.h"
#include "policy/lint/lint.h"
#include "policy/parse.h"
#include "tests/fuzz/property.h"

namespace {

class Users final : public mgr::UserDatabase {
 public:
  mgr::Result<std::optional<User>> user(const std::string& name) override {
    if (name.size() > 8) return std::nullopt;
    return User{static_cast<uid_t>(name.size() % 5), 1};
  }
  mgr::Result<std::optional<gid_t>> group(const std::string& name) override {
    if (name.size() > 8) return std::nullopt;
    return static_cast<gid_t>(name.size());
  }
  mgr::Result<std::vector<gid_t>> groups_of(const std::string&, gid_t primary) override {
    return std::vector<gid_t>{primary};
  }
  mgr::Result<std::vector<uid_t>> members_of(const std::string&) override {
    return std::vector<uid_t>{7};
  }
};

// Of every kind something, by the length of the path; scripts and links lead to further ones.
class Files final : public mgr::FileView {
 public:
  mgr::FileLook look(const std::string& path) const override {
    const auto kind = path == "/" ? mgr::FileLook::Kind::folder
                                  : static_cast<mgr::FileLook::Kind>(path.size() % 6);
    return {kind, static_cast<uid_t>(path.size() % 3), 1, 0775,
            path.size() % 2 == 0 ? "../x" : "/y"};
  }
  std::string first_line(const std::string& path) const override {
    return path.size() % 2 == 0 ? "#!/usr/bin/env -S python3 -x" : "#! " + path + "z";
  }
};

std::string without_comments(std::string_view text) {
  std::string left;
  auto comments = mgr::toml_comments(text);
  require(std::ranges::is_sorted(comments, std::less_equal{}, &mgr::TomlComment::line) ||
          comments.size() < 2);
  auto next = comments.begin();
  unsigned line = 1;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    std::string_view here = text.substr(0, end);
    if (next != comments.end() && next->line == line) {
      std::string tail = '#' + next->text;
      if (here.ends_with('\r')) tail += '\r';
      require(here.ends_with(tail));
      here.remove_suffix(tail.size());
      ++next;
    }
    left.append(here);
    if (end < text.size()) left += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
    ++line;
  }
  require(next == comments.end());
  return left;
}

void look_at(const mgr::Configuration& configuration, std::string_view text) {
  mgr::PolicyReview review;
  review.policy = configuration.policy;
  review.modules = configuration.modules;
  const std::vector<mgr::PolicyText> texts{{"file", std::string(text)}};
  for (const mgr::Finding& finding : mgr::lint(review, 3, Files(), texts)) {
    require(mgr::find_code(finding.code) != nullptr && finding.file == "file");
    require(finding.line > 0 && !finding.text.empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const mgr::SourceText source{"file", {reinterpret_cast<const char*>(data), size}};
  for (const auto parse : {mgr::parse_policy, mgr::parse_modules}) {
    Users users;
    mgr::Configuration whole, bare;
    if (!parse(source, users, whole)) {
      static_cast<void>(mgr::toml_comments(source.text));
      continue;
    }
    look_at(whole, source.text);
    require(parse({"file", without_comments(source.text)}, users, bare).has_value());
    require(bare.policy.rules.size() == whole.policy.rules.size());
    require(bare.modules.size() == whole.modules.size());
  }
  return 0;
}
