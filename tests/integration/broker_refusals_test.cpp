// What the broker refuses by itself: nothing of it reaches the helper but a sum.
#include <gtest/gtest.h>

#include "tests/unit/broker_support.h"

namespace mgr::broker::test {
namespace {

struct Bad {
  const char* name;
  std::string text;
  int code;
  bool closes = true;  // a kept connection, too
};

void PrintTo(const Bad& bad, std::ostream* out) { *out << bad.name; }

class BrokerRefuses : public ::testing::TestWithParam<Bad> {
 protected:
  Rig rig;
};

TEST_P(BrokerRefuses, OnTheNetworkAndLocally) {
  for (const bool network : {false, true}) {
    Client client = network ? rig.tcp() : rig.local(1);
    client.send(GetParam().text);
    EXPECT_EQ(code_of(client.line()), GetParam().code);
    EXPECT_TRUE(client.ends());
    EXPECT_TRUE(rig.hears_no_run());
  }
}

TEST_P(BrokerRefuses, OnAKeptConnection) {
  Client client = rig.local(1);
  client.send(kept_ping);
  rig.helper.reply(rig.hear_run().id, "ok\n");
  EXPECT_EQ(client.line(), "ok\n");
  client.send(GetParam().text);
  EXPECT_EQ(code_of(client.line()), GetParam().code);
  if (GetParam().closes) {
    EXPECT_TRUE(client.ends());
    EXPECT_TRUE(rig.hears_no_run());
  } else {
    client.send(ping);
    rig.helper.reply(rig.hear_run().id, "ok\n");
    EXPECT_EQ(client.line(), "ok\n");
  }
}

std::string block_of(const std::string& fields) {
  return "module:mgr\naction:ping\n" + fields + "\n";
}

const Bad bad_requests[] = {
    {"Http", "POST / HTTP/1.1\r\nHost: x\r\n\r\n", 5},
    {"HttpWithABlockInside", "GET /\nmodule:mgr\naction:ping\n\n", 5},
    {"Nul", block_of(std::string("note:a\0b\n", 9)), 5},
    {"CarriageReturnInAValue", block_of("note:a\rmodule:scan\n"), 5},
    {"BadUtf8", block_of("note:\xC0\xAF\n"), 5},
    {"Surrogate", block_of("note:\xED\xA0\x80\n"), 5},
    {"C1Control", block_of("note:\xC2\x85\n"), 5},
    {"DuplicateField", block_of("action:ping\n"), 5},
    {"DuplicateFieldInOtherCase", block_of("Module:mgr\n"), 5},
    {"SpaceBeforeColon", block_of("note :x\n"), 5},
    {"FoldedLine", block_of(" note:x\n"), 5},
    {"LateKeepAlive", block_of("mgr:keep-alive\n"), 5},
    {"EmptyBlock", "\n", 5},
    {"NameTooLong", block_of(std::string(33, 'n') + ":x\n"), 5},
    {"NoModule", "action:ping\n\n", 5},
    {"ValueTooLong", block_of("note:" + std::string(4097, 'x') + "\n"), 10},
    {"BlockOf17KiB",
     block_of("a:" + std::string(4096, 'x') + "\nb:" + std::string(4096, 'x') +
              "\nc:" + std::string(4096, 'x') + "\nd:" + std::string(4096, 'x') +
              "\ne:" + std::string(1024, 'x') + "\n"),
     10},
    {"UnknownModule", "module:nosuch\naction:ping\n\n", 1, false},
    {"UnknownAction", "module:mgr\naction:nosuch\n\n", 1, false},
    {"UnknownField", block_of("colour:red\n"), 6, false},
    {"MissingArgument", "module:scan\naction:start\n\n", 6, false},
    {"UnknownReserved", block_of("mgr-dryrun:yes\n"), 6, false},
    {"RequestId", block_of("mgr-request-id:a b\n"), 6, false},
    {"Body", block_of("mgr-body:30\n") + "module:scan\naction:start\ntask_ids:1\n\n", 6},
    {"HalfAProof", block_of("auth-key:k\nauth-time:1\nsignature:foo\n"), 6, false},
};

INSTANTIATE_TEST_SUITE_P(Bad, BrokerRefuses, ::testing::ValuesIn(bad_requests),
                         [](const auto& test) { return test.param.name; });

TEST(BrokerRefusals, AreToldToTheHelperAsSums) {
  Rig rig;
  Client local = rig.local(1, 33), network = rig.tcp();
  local.send("mgr:keep-alive\nmodule:a\naction:b\n\nmodule:a\naction:b\n\n");
  network.send("?");
  EXPECT_EQ(code_of(local.line()), 1);
  EXPECT_EQ(code_of(local.line()), 1);
  EXPECT_EQ(code_of(network.line()), 5);
  const Heard heard = rig.hear(MessageKind::refusals);
  const auto told = decode<RefusalsMessage>(heard.payload);
  ASSERT_TRUE(told);
  ASSERT_EQ(told->refusals.size(), 2u);
  EXPECT_EQ(told->refusals[0].source, "127.0.0.1");
  EXPECT_EQ(told->refusals[0].code, ErrorCode::malformed);
  EXPECT_EQ(told->refusals[0].count, 1u);
  EXPECT_EQ(told->refusals[1].source, "uid 33");
  EXPECT_EQ(told->refusals[1].code, ErrorCode::unknown_action);
  EXPECT_EQ(told->refusals[1].count, 2u);
}

TEST(BrokerRefusals, SourcesPastTheTableCountAsOther) {
  Rig rig;
  for (std::uint32_t uid = 1000; uid < 1300; ++uid) {
    Client client = rig.local(uid, uid);
    client.send("?");
    EXPECT_EQ(code_of(client.line()), 5);
  }
  // The table may have been told in two parts, where this took longer than a second.
  std::uint32_t sum = 0;
  while (sum < 300) {
    const Heard heard = rig.hear(MessageKind::refusals);
    const auto told = decode<RefusalsMessage>(heard.payload);
    ASSERT_TRUE(told);
    for (const Refusal& refusal : told->refusals) sum += refusal.count;
  }
  EXPECT_EQ(sum, 300u);
}

}  // namespace
}  // namespace mgr::broker::test
