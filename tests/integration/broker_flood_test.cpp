// Floods of connections: the broker runs out of descriptors and lives.
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/broker_support.h"

namespace mgr::broker::test {
namespace {

// Holds the soft limit of open files at `more` than are open now.
class FewDescriptors {
 public:
  explicit FewDescriptors(std::size_t more) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit few{open_descriptors() + more, before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &few);
  }
  ~FewDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  FewDescriptors(const FewDescriptors&) = delete;
  FewDescriptors& operator=(const FewDescriptors&) = delete;

 private:
  rlimit before_{};
};

TEST(BrokerFlood, RunsOutOfDescriptorsAndLives) {
  Rig rig;
  Client kept = rig.local(1);
  kept.send(kept_ping);
  rig.helper.reply(rig.hear_run().id, "ok\n");
  EXPECT_EQ(kept.line(), "ok\n");

  std::vector<Client> flood;
  for (int i = 0; i < 100; ++i) flood.push_back(rig.tcp());
  std::size_t turns = 0;
  {
    const FewDescriptors few(10);
    // Who is connected already is served meanwhile, and the loop does not spin: with accept4
    // failing at once and for ever, the turns would be without number.
    for (int i = 0; i < 20; ++i) {
      kept.send(ping);
      const HeardRun run = rig.hear_run();
      rig.helper.reply(run.id, "ok\n");
      EXPECT_EQ(kept.line(), "ok\n");
    }
    EXPECT_LT(rig.broker->pipeline().clients().size(), 101u);
    pollfd backend{uv_backend_fd(rig.broker->loop()), POLLIN, 0};
    rig.settle();
    while (::poll(&backend, 1, 0) > 0 && turns < 100) {
      rig.broker->turn();
      ++turns;
    }
    EXPECT_LT(turns, 100u);
  }
  // With descriptors again, all are accepted and the honest one is served.
  rig.turn_until([&] { return rig.broker->pipeline().clients().size() == 101; });
  flood.clear();
  Client honest = rig.tcp();
  honest.send(ping);
  rig.helper.reply(rig.hear_run().id, "ok\n");
  EXPECT_EQ(honest.line(), "ok\n");
}

TEST(BrokerFlood, NetworkCannotTakeTheDescriptorsOfLocalConnections) {
  // Ten connections at most, and descriptors for those and a few.
  SettingsMessage settings = test_settings();
  settings.limits.kept_places = 2;
  Rig rig(settings, 10);
  std::vector<Client> flood;
  for (int i = 0; i < 50; ++i) flood.push_back(rig.tcp());
  rig.settle();
  // Of eight that are nobody's the network has half, and of those an address.
  EXPECT_EQ(rig.broker->pipeline().clients().size(), 2u);
  Client admin = rig.local(1, 0, true);
  admin.send(ping);
  EXPECT_EQ(rig.hear_run().connection, 1u);
  EXPECT_FALSE(rig.helper.link_ended());
  int busy = 0;
  for (Client& client : flood) {
    if (busy == 48) break;
    std::array<char, 256> buffer{};
    const ssize_t got = ::recv(client.fd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got > 0 && code_of({buffer.data(), static_cast<std::size_t>(got)}) == 7) ++busy;
  }
  EXPECT_EQ(busy, 48);
}

TEST(BrokerFlood, ThousandDripsAndAnHonestClient) {
  SettingsMessage settings = test_settings();
  settings.limits.connections_per_caller = 900;
  Rig rig(settings, 2000);
  std::vector<Client> drips;
  for (int i = 0; i < 1000; ++i) {
    drips.push_back(rig.tcp());
    drips.back().send("m");
    if (i % 100 == 0) rig.settle();
  }
  Client honest = rig.local(1);
  honest.send(ping);
  rig.helper.reply(rig.hear_run().id, "ok\n");
  EXPECT_EQ(honest.line(), "ok\n");
}

}  // namespace
}  // namespace mgr::broker::test
