// Roots of paths that others can replace.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "helper/configure/roots.h"

namespace mgr {
namespace {

namespace fs = std::filesystem;

TEST(Roots, WarnsWhereOthersCanPutAnotherInTheirPlace) {
  std::string name = "/run/mgr-roots-XXXXXX";  // root's all the way, as /tmp is not
  ASSERT_NE(mkdtemp(name.data()), nullptr);
  const fs::path folder = name;
  fs::create_directories(folder / "site/uploads");
  ASSERT_EQ(chmod(folder.c_str(), 0755), 0);
  Argument file;
  file.name = "file";
  file.type.kind = TypeKind::path;
  file.type.roots = {(folder / "site/uploads").string(), "/nonexistent/folder"};
  DeclaredAction action;
  action.arguments = {file};
  action.file = "m.toml";
  action.line = 3;
  const std::vector<DeclaredModule> modules{{"m", "", {action}, "m.toml", 1}};
  EXPECT_EQ(loose_roots(modules), std::vector<std::string>{});
  const std::string site = (folder / "site").string();
  ASSERT_EQ(chmod(site.c_str(), 0777), 0);
  const auto warnings = loose_roots(modules);
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_TRUE(warnings.front().starts_with("m.toml:3: 'roots' of 'file' holds " + site +
                                           "/uploads, which others can replace: " + site + ": "))
      << warnings.front();
  fs::remove_all(folder);
}

}  // namespace
}  // namespace mgr
