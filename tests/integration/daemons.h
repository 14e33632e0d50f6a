// Processes that get away from who started them, for the programs that the jobs of tests run. They
// run as the job's user, in a leaf; every fork loop is bounded.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

namespace mgr {

// Tells the test, by a FIFO, that one more process is where it should be.
inline void say_ready(const std::string& fifo) {
  const int out = open(fifo.c_str(), O_WRONLY | O_CLOEXEC);
  if (out < 0 || write(out, "r", 1) != 1) _exit(90);
  close(out);
}

[[noreturn]] inline void sleep_for_good() {
  while (true) pause();
}

// As daemons are made: fork, setsid, fork. `work` says which signals it ignores.
template <typename Work>
void start_daemon(const Work& work) {
  if (fork() != 0) {
    wait(nullptr);
    return;
  }
  setsid();
  if (fork() != 0) _exit(0);
  work();
  _exit(0);
}

// Forks and ends at once, so that its pid changes all the time; after so many turns it stays.
[[noreturn]] inline void hop(int turns) {
  signal(SIGCHLD, SIG_IGN);
  while (turns-- > 0) {
    const pid_t child = fork();
    if (child > 0) _exit(0);
    if (child < 0) usleep(1000);
  }
  sleep_for_good();
}

}  // namespace mgr
