// mgr-scan · user mgr-scan · distrusts everybody who can write below the folder.
#include "modules/mgr-scan/walk.h"

#include <dirent.h>
#include <fnmatch.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <set>
#include <utility>

#include "modules/mgr-scan/beneath.h"
#include "modules/mgr-scan/file_reader.h"
#include "modules/mgr-scan/printable.h"

namespace mgr_scan {
namespace {

constexpr const char* kVanished = "vanished while it was scanned";
constexpr const char* kChanged = "changed while it was scanned";
constexpr const char* kMoved = "was moved while it was scanned";
constexpr std::size_t kEntryOverhead = 128;  // of one entry in a baseline, without its names

bool out_of_resources(int error_number) {
  return error_number == EMFILE || error_number == ENFILE || error_number == ENOMEM;
}

void take_owner(const struct stat& info, Entry& entry) {
  entry.mode = info.st_mode & 07777U;
  entry.uid = info.st_uid;
  entry.gid = info.st_gid;
}

// The sorted names in a folder, at most `limit`. The descriptor is used up.
Result<std::vector<std::string>> names_in(Descriptor folder, std::size_t limit, int& read_error) {
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(folder.get()), ::closedir);
  if (!stream) return system_failure("fdopendir", errno);
  [[maybe_unused]] const int owned_by_stream = folder.release();
  std::vector<std::string> names;
  for (;;) {
    errno = 0;
    const dirent* next = ::readdir(stream.get());
    if (next == nullptr) break;
    const std::string_view name = next->d_name;
    if (name == "." || name == "..") continue;
    if (names.size() >= limit) return failure("the folder has more entries than a baseline holds");
    names.emplace_back(name);
  }
  read_error = errno;
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

class Walker {
 public:
  Walker(const Settings& settings, Descriptor root, FileReader reader, Progress& progress)
      : settings_(settings),
        root_(std::move(root)),
        reader_(std::move(reader)),
        progress_(progress) {}

  Result<Walk> run() {
    walk_.snapshot.folder = settings_.folder;
    Result<void> done = add(Entry{".", "", 0, 0, 0, 0, Kind::kDirectory});
    pending_.push_back({0, 1.0, 0});
    while (done && !pending_.empty()) {
      const Pending next = pending_.back();
      pending_.pop_back();
      done = visit(next);
    }
    if (!done) return tl::unexpected<Error>(done.error());
    look_again();
    walk_.bytes_read = reader_.bytes_read();
    std::sort(entries().begin(), entries().end(),
              [](const Entry& a, const Entry& b) { return a.path < b.path; });
    return std::move(walk_);
  }

 private:
  struct Pending {
    std::size_t entry;  // index of the folder's own entry
    double share;       // of the whole walk, for the progress
    std::size_t depth;
  };
  using Inode = std::pair<dev_t, ino_t>;
  struct Listed {
    std::size_t entry;
    Inode inode;
    Stamp stamp;
  };

  std::vector<Entry>& entries() { return walk_.snapshot.entries; }

  void unsettled(const std::string& path, const char* reason) {
    walk_.unsettled.push_back({path, reason});
  }

  Result<void> add(Entry entry) {
    weight_ += entry.path.size() + entry.detail.size() + kEntryOverhead;
    if (entries().size() >= kMaxEntries || weight_ > kMaxBaselineBytes) {
      return failure("the folder has more entries than a baseline holds");
    }
    entries().push_back(std::move(entry));
    return {};
  }

  OpenResult open_folder(const std::string& path, int flags) const {
    return open_beneath(root_.get(), path, flags | O_DIRECTORY, RESOLVE_NO_XDEV);
  }

  // Opens a folder and lists it, unless somebody moved it here from where it was listed before.
  Result<void> visit(const Pending& folder) {
    const std::string path = entries()[folder.entry].path;
    OpenResult opened = open_folder(path, O_RDONLY);
    if (!opened) return not_opened(folder, opened.error());
    struct stat info {};
    if (::fstat(opened->get(), &info) != 0) return system_failure(printable(path), errno);
    take_owner(info, entries()[folder.entry]);
    const Inode inode{info.st_dev, info.st_ino};
    if (!visited_.insert(inode).second) {
      unsettled(path, kMoved);
      progress_.advance(folder.share);
      return {};
    }
    listed_.push_back({folder.entry, inode, Stamp::of(info)});
    return list(folder, path, *opened);
  }

  Result<void> not_opened(const Pending& folder, int error_number) {
    Entry& entry = entries()[folder.entry];
    if (folder.entry == 0 || out_of_resources(error_number)) {
      return system_failure(settings_.folder, error_number);
    }
    progress_.advance(folder.share);
    const bool gone = error_number == ENOENT || error_number == ENOTDIR || error_number == ELOOP;
    if (gone) {
      unsettled(entry.path, kVanished);
    } else {
      entry.kind = error_number == EXDEV ? Kind::kMount : Kind::kDirectoryUnreadable;
    }
    return {};
  }

  Result<void> list(const Pending& folder, const std::string& path, const Descriptor& opened) {
    int read_error = 0;
    Descriptor copy(::fcntl(opened.get(), F_DUPFD_CLOEXEC, 0));
    if (copy.get() < 0) return system_failure("dup", errno);
    const auto names = names_in(std::move(copy), kMaxEntries - entries().size(), read_error);
    if (!names) return tl::unexpected<Error>(names.error());
    if (read_error != 0) entries()[folder.entry].kind = Kind::kDirectoryUnreadable;
    const double share = folder.share / static_cast<double>(names->size() + 1);
    progress_.advance(share);
    for (const std::string& name : *names) {
      const std::string child = folder.entry == 0 ? name : path + "/" + name;
      const std::size_t before = pending_.size();
      if (is_excluded(child)) {
        ++walk_.excluded;
      } else if (auto done = record(opened.get(), name, child, folder, share); !done) {
        return done;
      }
      if (pending_.size() == before) progress_.advance(share);
    }
    return {};
  }

  [[nodiscard]] bool is_excluded(const std::string& path) const {
    return std::any_of(settings_.exclude.begin(), settings_.exclude.end(),
                       [&](const std::string& pattern) {
                         return ::fnmatch(pattern.c_str(), path.c_str(), 0) == 0;
                       });
  }

  // Looks at one name through an O_PATH descriptor, which opens nothing: no fifo, no device.
  Result<void> record(int folder_fd, const std::string& name, const std::string& path,
                      const Pending& folder, double share) {
    Entry entry;
    entry.path = path;
    const OpenResult held = open_beneath(folder_fd, name, O_PATH, RESOLVE_NO_XDEV);
    if (!held && out_of_resources(held.error())) return system_failure("open", held.error());
    if (!held && held.error() == ENOENT) {
      unsettled(path, kVanished);
      return {};
    }
    if (!held && held.error() == EXDEV) entry.kind = Kind::kMount;
    struct stat info {};
    if (!held || ::fstat(held->get(), &info) != 0) return add(std::move(entry));
    take_owner(info, entry);
    if (S_ISREG(info.st_mode)) {
      progress_.count_file();
      if (auto done = reader_.record(held->get(), info, entry); !done) return done;
    } else if (S_ISDIR(info.st_mode)) {
      record_folder(entry, folder, share);
    } else {
      record_special(held->get(), info, entry);
    }
    return add(std::move(entry));
  }

  // `entry` is added next, which gives it the index that is noted here.
  void record_folder(Entry& entry, const Pending& parent, double share) {
    const bool deep = parent.depth + 1 >= kMaxDepth || entry.path.size() > kMaxFolderPath;
    entry.kind = deep ? Kind::kDirectoryDeep : Kind::kDirectory;
    if (!deep) pending_.push_back({entries().size(), share, parent.depth + 1});
  }

  static void record_special(int path_fd, const struct stat& info, Entry& entry) {
    const std::string device =
        std::to_string(major(info.st_rdev)) + ":" + std::to_string(minor(info.st_rdev));
    if (S_ISFIFO(info.st_mode)) entry.kind = Kind::kFifo;
    if (S_ISSOCK(info.st_mode)) entry.kind = Kind::kSocket;
    if (S_ISCHR(info.st_mode)) entry.kind = Kind::kCharDevice;
    if (S_ISBLK(info.st_mode)) entry.kind = Kind::kBlockDevice;
    if (S_ISCHR(info.st_mode) || S_ISBLK(info.st_mode)) entry.detail = device;
    if (!S_ISLNK(info.st_mode)) return;
    std::array<char, kMaxLinkTarget + 1> target{};
    const ssize_t length = ::readlinkat(path_fd, "", target.data(), target.size());
    if (length <= 0 || static_cast<std::size_t>(length) > kMaxLinkTarget) return;
    entry.kind = Kind::kLink;
    entry.detail.assign(target.data(), static_cast<std::size_t>(length));
  }

  void look_again() {
    for (const Listed& listed : listed_) {
      const std::string& path = entries()[listed.entry].path;
      const OpenResult held = open_folder(path, O_PATH);
      struct stat info {};
      const bool same = held && ::fstat(held->get(), &info) == 0 &&
                        Inode{info.st_dev, info.st_ino} == listed.inode &&
                        Stamp::of(info) == listed.stamp;
      if (!same) unsettled(path, kChanged);
    }
  }

  const Settings& settings_;
  Descriptor root_;
  FileReader reader_;
  Progress& progress_;
  Walk walk_;
  std::size_t weight_ = 0;
  std::vector<Pending> pending_;
  std::vector<Listed> listed_;
  std::set<Inode> visited_;
};

}  // namespace

Result<Walk> walk_folder(const Settings& settings, Progress& progress) {
  const auto slash = open_root("/");
  if (!slash) return tl::unexpected<Error>(slash.error());
  const std::string path = settings.folder == "/" ? "." : settings.folder.substr(1);
  OpenResult root = open_beneath(slash->get(), path, O_PATH | O_DIRECTORY);
  if (!root) return system_failure(printable(settings.folder), root.error());
  return FileReader::create(settings.max_file_size, progress).and_then([&](FileReader reader) {
    return Walker(settings, std::move(*root), std::move(reader), progress).run();
  });
}

}  // namespace mgr_scan
