// mgrctl, with the caller's own uid; distrusts whoever else can write where temporary files are.
#include "client/setup/staged_policy.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "client/files.h"
#include "client/import/policy_files.h"
#include "client/review/policy_texts.h"
#include "policy/lint/lint.h"

namespace mgr::client {
namespace {

constexpr const char* settings_name = "mgr.toml";

tl::unexpected<Failure> refuse(const std::string& path, const char* why) {
  return failed(Failure::Kind::invalid_request, path + ": " + why);
}

// A folder of our own, and all that is in it, gone with this.
class Stage {
 public:
  static Outcome<Stage> make() {
    std::error_code error;
    std::string path = std::filesystem::temp_directory_path(error).string() + "/mgr-setup-XXXXXX";
    if (error || ::mkdtemp(path.data()) == nullptr) return refuse(path, std::strerror(errno));
    Stage stage(path);
    for (const char* part : {"/rules.d", "/modules.d", "/keys.d"}) {
      const std::string folder = path + part;
      if (::mkdir(folder.c_str(), 0700) != 0) return refuse(folder, std::strerror(errno));
    }
    return stage;
  }

  Stage(Stage&& other) noexcept : path_(std::exchange(other.path_, "")) {}
  Stage& operator=(Stage&&) = delete;
  ~Stage() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  explicit Stage(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

void replace_all(std::string& text, const std::string& what, const std::string& with) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
}

// As if the files lay where they are meant to be.
void rename(JudgedPolicy& judged, const std::string& stage, const std::string& folder) {
  for (Rule& rule : judged.policy.review.policy.rules) replace_all(rule.file, stage, folder);
  for (std::string& warning : judged.policy.warnings) replace_all(warning, stage, folder);
  for (Finding& finding : judged.findings) {
    replace_all(finding.file, stage, folder);
    replace_all(finding.text, stage, folder);
  }
}

}  // namespace

PolicyFiles read_policy_files(const std::string& folder) {
  PolicyFiles files;
  for (PolicyText& text : read_policy_texts(folder)) {
    files.emplace(text.file.substr(folder.size() + 1), std::move(text.text));
  }
  const std::string settings = folder + '/' + settings_name;
  if (!exists(settings)) return files;
  if (auto source = read_source(settings)) files.emplace(settings_name, std::move(source->text));
  return files;
}

Outcome<JudgedPolicy> judge(const Options& options, const std::string& folder,
                            const PolicyFiles& files) {
  const auto stage = Stage::make();
  if (!stage) return tl::unexpected(stage.error());
  for (const auto& [name, text] : files) {
    const auto written = create_file(stage->path() + '/' + name, text, 0600);
    if (!written) return tl::unexpected(written.error());
  }
  auto policy = load_files(options, stage->path());
  if (!policy) {
    replace_all(policy.error().detail, stage->path(), folder);
    return tl::unexpected(policy.error());
  }
  auto findings =
      lint(policy->review, policy->admin_gid, SystemFileView(), read_policy_texts(stage->path()));
  JudgedPolicy judged{std::move(*policy), std::move(findings)};
  rename(judged, stage->path(), folder);
  return judged;
}

}  // namespace mgr::client
