// Signals go to one ordinary process or to none.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <climits>

#include "helper/jobs/signal_process.h"

namespace mgr {
namespace {

TEST(SignalProcess, RefusesPidsThatMeanManyProcessesOrInit) {
  for (const pid_t pid : {1, 0, -1, -2, INT_MIN, -static_cast<pid_t>(getpid())}) {
    EXPECT_FALSE(open_process(pid)) << pid;
  }
}

TEST(SignalProcess, RefusesAPidThatNobodyHas) { EXPECT_FALSE(open_process(INT_MAX)); }

TEST(SignalProcess, SignalsTheProcessThatWasOpened) {
  if (getpid() < 2) GTEST_SKIP();
  const auto self = open_process(getpid());
  ASSERT_TRUE(self) << self.error().detail;
  EXPECT_TRUE(signal_process(*self, 0));
}

}  // namespace
}  // namespace mgr
