// mgr-configure, root; has seen that the files are root's own, since it has just made them.
#include "helper/configure/first_start.h"

#include <unistd.h>

#include <cstdio>
#include <string_view>

#include "policy/open.h"

namespace mgr {
namespace {

constexpr std::string_view name_here = "local";

class Lines {
 public:
  void add(const std::string& line) { text_ += "mgr-configure: " + line + '\n'; }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

bool exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

// "ID ed25519:BASE64"; "" where it cannot be read.
std::string host_words(const Paths& paths) {
  const auto folder = TrustedFolder::open(paths.root, "/var/lib/mgr/host");
  if (!folder || !*folder) return "";
  const auto line = (*folder)->read("known_host");
  if (!line || !*line || !(*line)->starts_with(name_here)) return "";
  std::string words = (*line)->substr(name_here.size());
  if (words.ends_with('\n')) words.pop_back();
  return words;
}

}  // namespace

std::string first_start_text(const Paths& paths) {
  const std::string mgrctl = "mgrctl " + (paths.root.empty() ? "" : "--root " + paths.root + ' ');
  Lines lines;
  lines.add("==== The first start of mgr on this machine. Keep elsewhere what it made: ====");
  if (const std::string words = host_words(paths); !words.empty()) {
    lines.add(
        "- The line by which other machines know this one, for their known_hosts; in place of");
    lines.add("  HOST:PORT, what they will write behind --host (`" + mgrctl +
              "host HOST:PORT` prints it again):");
    lines.add("    HOST:PORT" + words);
    lines.add("  It holds as long as " + paths.host_folder() + " does: that belongs into a backup");
    lines.add("  which root alone can read.");
  }
  if (exists(paths.first_audit_key_file())) {
    lines.add("- The first key of the audit log, which shows later what has been altered. Take it");
    lines.add("  away to another machine or medium, once; then it is gone from here:");
    lines.add("    " + mgrctl + "audit key > FILE");
  }
  if (exists(paths.root_key_file())) {
    lines.add("- Root's own key, which mgrctl signs root's requests with, is in " +
              paths.root_key_file());
    lines.add("  and readable by root alone. Who has a copy of it is root to mgr.");
  }
  lines.add("==== This is said once. `" + mgrctl + "setup` asks who may ask for what. ====");
  return lines.take();
}

void tell_first_start(const Paths& paths) {
  (void)std::fputs(first_start_text(paths).c_str(), stderr);
}

}  // namespace mgr
