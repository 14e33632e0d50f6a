// Of evil_job: processes that want to outlive their job.
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "tests/attack/evil_job.h"
#include "tests/integration/daemons.h"

namespace evil {

using mgr::hop;
using mgr::say_ready;
using mgr::sleep_for_good;
using mgr::start_daemon;

namespace {

// Nothing that can be ignored is listened to.
void ignore_all() {
  for (int number = 1; number <= SIGRTMAX; ++number) signal(number, SIG_IGN);
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);
}

// Its state stands behind the name of the program, which is in brackets.
void await_end_of_first_thread() {
  const std::string path = "/proc/self/task/" + std::to_string(getpid()) + "/stat";
  for (int turns = 0; turns < 10000; ++turns) {
    std::ifstream stat(path);
    std::string text;
    std::getline(stat, text);
    const std::size_t bracket = text.rfind(')');
    if (bracket == std::string::npos || text.substr(bracket + 1, 2) == " Z") return;
    usleep(100);
  }
}

int turns_left = 0;
[[noreturn]] void become_ghost();

// A thread without its first one, which forks a process that becomes the same.
void* haunt(void*) {
  await_end_of_first_thread();
  if (turns_left-- > 0 && fork() == 0) become_ghost();
  sleep_for_good();
}

void become_ghost() {
  pthread_t thread{};
  if (pthread_create(&thread, nullptr, haunt, nullptr) != 0) _exit(91);
  pthread_exit(nullptr);
}

}  // namespace

int daemons(const Words& words) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  for (int i = 0; i < std::atoi(words.at(1).c_str()); ++i) {
    start_daemon([&] {
      ignore_all();
      say_ready(words.at(0));
      if (i % 3 == 1) kill(getpid(), SIGSTOP);  // one that is stopped hears of nothing
      if (i % 3 == 2) hop(3000);
      sleep_for_good();
    });
  }
  ignore_all();
  say_ready(words.at(0));
  sleep_for_good();
}

// Each forks as long as it may, and what it has forked does, too.
int storm(const Words& words) {
  ignore_all();
  say_ready(words.at(0));
  int turns = std::atoi(words.at(1).c_str());
  while (turns-- > 0) {
    if (fork() < 0) usleep(1000);
  }
  sleep_for_good();
}

int leaderless(const Words& words) {
  static const std::string fifo = words.at(0);
  pthread_t thread{};
  const auto work = [](void*) -> void* {
    ignore_all();
    await_end_of_first_thread();
    say_ready(fifo);
    sleep_for_good();
  };
  if (pthread_create(&thread, nullptr, work, nullptr) != 0) return 91;
  pthread_exit(nullptr);
}

int ghosts(const Words& words) {
  for (int i = 0; i < std::atoi(words.at(1).c_str()); ++i) {
    start_daemon([&] {
      ignore_all();
      say_ready(words.at(0));
      turns_left = 50;
      become_ghost();
    });
  }
  sleep_for_good();
}

int hold(const Words& words) {
  say_ready(words.at(0));
  sleep_for_good();
}

}  // namespace evil
