// The command of a hostile action: each word of its command line is one behaviour. Runs as the
// job's user, in a leaf. Every loop that forks is bounded.
#include "tests/attack/evil_job.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <map>

namespace evil {

void tell(const std::string& what, long result) {
  const int error = errno;
  const char* name = result >= 0 ? "done" : strerrorname_np(error);
  std::printf("%s %s\n", what.c_str(), name != nullptr ? name : "?");
  std::fflush(stdout);
}

}  // namespace evil

int main(int argc, char** argv) {
  using namespace evil;
  static const std::map<std::string, int (*)(const Words&)> behaviours{
      {"daemons", daemons},
      {"storm", storm},
      {"leaderless", leaderless},
      {"ghosts", ghosts},
      {"hold", hold},
      {"flood", flood},
      {"progress", progress},
      {"close-output", close_output},
      {"give-output", give_output},
      {"read-own-output", read_own_output},
      {"descriptors", descriptors},
      {"parent", parent},
      {"signals", signals},
      {"peek", peek},
      {"walk", walk},
      {"cgroups", cgroups},
      {"calls", calls},
      {"calls-32", calls_32},
      {"terminal", terminal},
      {"raise", raise},
      {"become-root", become_root},
      {"who", who},
      {"state", state},
      {"unlink-cwd", unlink_cwd},
      {"exec-deleted", exec_deleted},
      {"fill", fill},
      {"open-all", open_all},
  };
  const auto found = behaviours.find(argc > 1 ? argv[1] : "");
  return found == behaviours.end() ? 99 : found->second({argv + 2, argv + argc});
}
