// mgr-shutdown · root · starts fixed programs; one argument may be the message of a client, whose
// place is behind `--` or behind words of ours.
#include "modules/mgr-shutdown/run_program.h"

#include <fcntl.h>
#include <spawn.h>

#include <array>
#include <csignal>

namespace mgr_shutdown {

Result<pid_t> run_program(const std::vector<std::string>& command) {
  std::vector<std::string> words = command;  // posix_spawn(3) takes them as not const
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  std::string path = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
  std::string locale = "LANG=C.UTF-8";
  std::array<char*, 3> environment{path.data(), locale.data(), nullptr};

  posix_spawnattr_t attributes;
  posix_spawn_file_actions_t files;
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_init(&files);
  sigset_t none;
  sigemptyset(&none);
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &pipe);
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  pid_t child = 0;
  const int failed =
      posix_spawn(&child, argv.front(), &files, &attributes, argv.data(), environment.data());
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&attributes);
  if (failed != 0) return system_failure(command.front(), failed);
  return child;
}

}  // namespace mgr_shutdown
