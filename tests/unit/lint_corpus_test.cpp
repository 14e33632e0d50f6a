// Each case of tests/lint/corpus is found, at its line and with nothing else; and the shipped files
// are without a finding.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "lint_fake_files.h"
#include "modules/schema.h"
#include "policy/lint/lint.h"
#include "policy/parse.h"
#include "policy_fake_users.h"

namespace mgr {
namespace {

namespace fs = std::filesystem;

// A case is a text of parts, each behind a line "=== NAME": files of a policy; "view", lines of
// what the file system has; "expect", lines "FILE:LINE: CODE". In a file, "#! CODE, CODE" at the
// end of a line says what is expected there.
struct Case {
  std::vector<PolicyText> texts;
  FakeFiles files;
  std::multiset<std::string> expected;
};

void add_expected(const std::string& file, unsigned line, const std::string& text, Case& into) {
  const auto mark = text.find("#! ");
  if (mark == std::string::npos) return;
  std::istringstream codes(text.substr(mark + 3));
  for (std::string code; codes >> code;) {
    if (code.ends_with(',')) code.pop_back();
    into.expected.insert(file + ':' + std::to_string(line) + ": " + code);
  }
}

void add_view(const std::string& text, FakeFiles& files) {
  static const std::map<std::string, FileLook::Kind> kinds{
      {"file", FileLook::Kind::file},       {"folder", FileLook::Kind::folder},
      {"link", FileLook::Kind::link},       {"script", FileLook::Kind::file},
      {"missing", FileLook::Kind::missing}, {"unseen", FileLook::Kind::unseen}};
  std::istringstream words(text);
  std::string kind, path;
  words >> kind >> path >> std::ws;
  FileLook look{kinds.at(kind), 0, 0, 0755, {}};
  if (kind == "link") words >> look.target;
  if (kind == "script") std::getline(words, files.first_lines[path]);
  if (kind == "file" || kind == "folder") words >> std::oct >> look.mode >> std::dec >> look.uid;
  words >> look.gid;
  files.looks[path] = look;
}

Case read_case(const fs::path& path) {
  Case read;
  std::ifstream input(path);
  unsigned line = 0;
  std::string part;
  for (std::string text; std::getline(input, text); ++line) {
    if (text.starts_with("=== ")) {
      part = text.substr(4);
      line = 0;
      if (part.ends_with(".toml")) read.texts.push_back({part, ""});
    } else if (part == "view") {
      add_view(text, read.files);
    } else if (part == "expect") {
      read.expected.insert(text);
    } else if (!part.empty()) {
      read.texts.back().text += text + '\n';
      add_expected(part, line, text, read);
    }
  }
  return read;
}

// As mgr-configure makes it, of texts.
PolicyReview review_of(const std::vector<PolicyText>& texts) {
  FakeUsers users;
  Configuration configuration;
  constexpr std::string_view keys = "keys.d/", end = ".toml";
  for (const PolicyText& source : texts) {
    if (!source.file.starts_with(keys)) continue;
    const std::string name = source.file.substr(keys.size());
    const auto parsed = parse_key({source.file, source.text},
                                  name.substr(0, name.size() - end.size()), configuration);
    EXPECT_TRUE(parsed) << parsed.error().detail;
  }
  for (const PolicyText& source : texts) {
    if (source.file.starts_with(keys)) continue;
    const bool modules = source.file.find("modules.d/") != std::string::npos;
    const auto parsed =
        (modules ? parse_modules : parse_policy)({source.file, source.text}, users, configuration);
    EXPECT_TRUE(parsed) << parsed.error().detail;
  }
  const auto registry = Registry::build(configuration.modules, {});
  EXPECT_TRUE(registry) << registry.error().detail;
  return {review_format, configuration.policy, configuration.modules, known_modules(**registry),
          configuration.keys};
}

constexpr gid_t admins = 900;  // FakeUsers' mgr-admin

std::multiset<std::string> find_all(const Case& read) {
  std::multiset<std::string> found;
  for (const Finding& finding : lint(review_of(read.texts), admins, read.files, read.texts)) {
    EXPECT_NE(find_code(finding.code), nullptr) << finding.code;
    EXPECT_FALSE(finding.text.empty());
    found.insert(finding.file + ':' + std::to_string(finding.line) + ": " + finding.code);
  }
  return found;
}

std::string read_file(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::vector<fs::path> cases() {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(MGR_LINT_CORPUS)) paths.push_back(entry.path());
  std::ranges::sort(paths);
  return paths;
}

// Where the shipped commands are once they are installed.
FakeFiles installed() {
  FakeFiles files;
  for (const char* name : {"system-status", "flush-dns", "configure-dns", "install-certificate",
                           "apply-firewall", "backup", "set-password", "upgrade-packages"}) {
    files.looks[std::string("/usr/lib/mgr-appliance/") + name] = {
        FileLook::Kind::file, 0, 0, 0755, {}};
  }
  for (const char* name : {"mgr-shutdown", "mgr-service", "mgr-mail"}) {
    files.looks[std::string("/usr/libexec/mgr/") + name] = {FileLook::Kind::file, 0, 0, 0755, {}};
  }
  return files;
}

class LintCorpus : public testing::TestWithParam<fs::path> {};

TEST_P(LintCorpus, FindsWhatIsMarkedAndNothingElse) {
  const Case read = read_case(GetParam());
  ASSERT_FALSE(read.texts.empty());
  EXPECT_EQ(find_all(read), read.expected);
}

INSTANTIATE_TEST_SUITE_P(Cases, LintCorpus, testing::ValuesIn(cases()), [](const auto& tested) {
  std::string name = tested.param.stem().string();
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST(LintCorpusAsAWhole, HasEveryCode) {
  std::set<std::string> seen;
  for (const fs::path& path : cases()) {
    for (const std::string& line : read_case(path).expected) {
      seen.insert(line.substr(line.rfind(' ') + 1));
    }
  }
  for (const FindingCode& code : all_codes())
    EXPECT_TRUE(seen.contains(std::string(code.name))) << code.name;
}

TEST(LintCorpusAsAWhole, FindsNothingInTheShippedFiles) {
  const fs::path source = MGR_SOURCE;
  const auto text = [&](const std::string& name, const char* file) {
    return PolicyText{name, read_file(source / file)};
  };
  std::vector<PolicyText> shipped{text("policy.toml", "policy/default/policy.toml")};
  for (const auto& entry : fs::directory_iterator(source / "policy/default/modules.d")) {
    shipped.push_back({"modules.d/" + entry.path().filename().string(), read_file(entry.path())});
  }
  EXPECT_GT(shipped.size(), 2U);
  const auto more =
      text("rules.d/50-appliance.toml", "packaging/examples/appliance/rules.d/50-appliance.toml");
  const auto modules =
      text("modules.d/appliance.toml", "packaging/examples/appliance/modules.d/appliance.toml");
  const std::multiset<std::string> nothing;
  EXPECT_EQ(find_all({shipped, installed(), {}}), nothing);
  shipped.insert(shipped.end(), {more, modules});
  EXPECT_EQ(find_all({shipped, installed(), {}}), nothing);
}

TEST(LintManual, HasEveryCode) {
  const std::string manual = read_file(fs::path(MGR_SOURCE) / "packaging/man/mgrctl.1");
  for (const FindingCode& code : all_codes()) {
    EXPECT_NE(manual.find("\n.It Li " + std::string(code.name) + "\n"), std::string::npos)
        << code.name;
  }
}

}  // namespace
}  // namespace mgr
