// mgrctl, with the caller's own uid.
#include "policy/lint/walk.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

namespace mgr {
namespace {

using Kind = FileLook::Kind;

constexpr unsigned most_links = 40;  // as the kernel has it

// The last part first, so that the next one is at the end.
std::vector<std::string> parts_of(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const std::string_view part = path.substr(0, path.find('/'));
    if (!part.empty() && part != ".") parts.emplace_back(part);
    path.remove_prefix(std::min(part.size() + 1, path.size()));
  }
  std::ranges::reverse(parts);
  return parts;
}

std::string octal(mode_t mode) {
  std::array<char, 16> text{};
  (void)std::snprintf(text.data(), text.size(), "%04o", mode);
  return text.data();
}

// Why somebody else than root and `owner` can write it; "" where nobody can.
std::string looseness(const FileLook& look, uid_t owner) {
  if (look.kind == Kind::link) {  // it has no permissions, and its folder was looked at
    return {};
  }
  if (look.uid != 0 && look.uid != owner) return "belongs to uid " + std::to_string(look.uid);
  if ((look.mode & 0002) != 0) return "is writable by everybody (mode " + octal(look.mode) + ")";
  if ((look.mode & 0020) != 0 && look.gid != 0) {
    return "is writable by its group, gid " + std::to_string(look.gid) + " (mode " +
           octal(look.mode) + ")";
  }
  return {};
}

class Walker {
 public:
  Walker(const FileView& files, const std::string& path, uid_t owner)
      : files_(files), owner_(owner), ahead_(parts_of(path)) {}

  Walk go() {
    Kind kind = step_to("/");
    while (kind == Kind::folder && !ahead_.empty()) {
      const std::string part = ahead_.back();
      ahead_.pop_back();
      kind = part == ".." ? step_to(parent()) : enter(part);
    }
    walk_.path = here_;
    walk_.end = end_of(kind);
    return walk_;
  }

 private:
  std::string parent() const { return here_.substr(0, std::max<std::size_t>(here_.rfind('/'), 1)); }

  Kind enter(const std::string& part) {
    const std::string folder = here_;
    const std::string next = (folder == "/" ? "" : folder) + '/' + part;
    const FileLook look = look_at(next);
    here_ = next;
    if (look.kind != Kind::link) return look.kind;
    if (++links_ > most_links) return Kind::unseen;
    const auto more = parts_of(look.target);
    ahead_.insert(ahead_.end(), more.begin(), more.end());
    here_ = look.target.starts_with('/') ? "/" : folder;
    return Kind::folder;
  }

  Kind step_to(const std::string& path) {
    here_ = path;
    return look_at(path).kind;
  }

  FileLook look_at(const std::string& path) {
    FileLook look = files_.look(path);
    const bool is_there = look.kind != Kind::missing && look.kind != Kind::unseen;
    std::string why = is_there ? looseness(look, owner_) : std::string();
    if (walk_.loose.empty() && !why.empty()) {
      walk_.loose = path;
      walk_.why = std::move(why);
    }
    return look;
  }

  Walk::End end_of(Kind kind) const {
    if (kind == Kind::missing || (kind != Kind::unseen && !ahead_.empty()))
      return Walk::End::missing;
    if (kind == Kind::file) return Walk::End::file;
    if (kind == Kind::folder) return Walk::End::folder;
    return kind == Kind::unseen ? Walk::End::unseen : Walk::End::other;
  }

  const FileView& files_;
  uid_t owner_;
  std::vector<std::string> ahead_;
  std::string here_;
  unsigned links_ = 0;
  Walk walk_;
};

}  // namespace

Walk walk_to(const FileView& files, const std::string& path, uid_t owner) {
  return Walker(files, path, owner).go();
}

}  // namespace mgr
