// Answers that are what a job printed, from the helper's descriptors to clients, and what a helper
// may not say of them.
#include "protocol/reply.h"
#include "tests/integration/broker_follow_fixture.h"

namespace mgr::broker::test {
namespace {

std::string result_frame(std::uint64_t id, std::string_view line, std::uint64_t printed = 0,
                         bool json = false) {
  std::string frame;
  append_frame(frame, MessageKind::result, id, encode(ResultMessage{json, printed, line}));
  return frame;
}

class BrokerResult : public BrokerFollow {
 protected:
  [[nodiscard]] std::size_t owed() const { return rig.broker->pipeline().clients().owed(); }
  const std::string line = success_line("say", R"({"job":7,"exit":0})");
};

TEST_F(BrokerResult, TheLineIsCompletedAndTheFilesAreClosed) {
  Client client = rig.local(1);
  client.send(kept_ping);
  const std::uint64_t id = rig.hear_run().id;
  const std::size_t before = open_descriptors();
  {
    Files files;
    files.print("out\n");
    files.print("err\n", OutputStream::error);
    rig.helper.send_raw(result_frame(id, line, 100), files.descriptors());
  }
  const Json data = Json::parse(client.line())["data"];
  EXPECT_EQ(
      data,
      (Json{{"job", 7}, {"exit", 0}, {"stdout", "out\n"}, {"stderr", "err\n"}, {"left_out", 92}}));
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(BrokerResult, RepliesKeepTheOrderOfTheRequests) {
  Client client = rig.local(1);
  client.send(std::string(kept_ping) + std::string(ping) + std::string(ping));
  const std::uint64_t first = rig.hear_run().id, second = rig.hear_run().id;
  const std::uint64_t third = rig.hear_run().id;
  Files files;
  files.print("[1]");
  rig.helper.reply(third, "pong\n");
  rig.helper.send_raw(result_frame(second, line, 3, true), files.descriptors());
  rig.helper.send_raw(result_frame(first, line, 3), files.descriptors());
  EXPECT_EQ(Json::parse(client.line())["data"]["stdout"], "[1]");
  EXPECT_EQ(Json::parse(client.line())["data"]["output"], Json::array({1}));
  EXPECT_EQ(client.line(), "pong\n");
}

TEST_F(BrokerResult, ManyLongOnesComeAndPingsBetweenThem) {
  constexpr int count = 60;
  Client client = rig.local(1), other = rig.local(2);
  Files files;
  for (int i = 0; i < 16; ++i) files.print(std::string(max_output_bytes, 'x'));
  std::string block(kept_ping);
  for (int i = 1; i < count; ++i) block += ping;
  client.send(block);
  std::vector<std::uint64_t> ids;
  for (int i = 0; i < count; ++i) ids.push_back(rig.hear_run().id);
  for (const std::uint64_t id : ids) {
    rig.helper.send_raw(result_frame(id, line, 1 << 20), files.descriptors());
  }
  other.send(ping);
  rig.helper.reply(rig.hear_run().id, "pong\n");
  EXPECT_EQ(other.line(), "pong\n");
}

// As many as may be in flight, a MiB each, on a connection that reads: none is given up.
TEST_F(BrokerResult, AClientThatReadsGetsEveryLongOneThatItAskedFor) {
  constexpr int count = 20;
  Client client = rig.local(1);
  Files files;
  for (int i = 0; i < 15; ++i) files.print(std::string(max_output_bytes, 'x'));
  std::string block(kept_ping);
  for (int i = 1; i < count; ++i) block += ping;
  client.send(block);
  for (int i = 0; i < count; ++i) {
    rig.helper.send_raw(result_frame(rig.hear_run().id, line, 15 * max_output_bytes),
                        files.descriptors());
  }
  for (int i = 0; i < count; ++i) {
    const Json reply = Json::parse(client.line());
    EXPECT_EQ(reply["data"]["stdout"].get_ref<const std::string&>().size(), 15 * max_output_bytes);
  }
}

TEST_F(BrokerResult, WhoDoesNotReadCostsNoMemoryAndHoldsUpNobody) {
  constexpr int count = 32;
  Files files;
  for (int i = 0; i < 15; ++i) files.print(std::string(max_output_bytes, 'x'));
  std::vector<std::unique_ptr<Client>> idle;
  for (std::uint64_t number = 1; number <= count; ++number) {
    idle.push_back(std::make_unique<Client>(rig.local(number)));
    idle.back()->send(ping);
    rig.helper.send_raw(result_frame(rig.hear_run().id, line, 15 * max_output_bytes),
                        files.descriptors());
  }
  Client other = rig.local(count + 1, 99);
  other.send(ping);
  rig.helper.send_raw(result_frame(rig.hear_run().id, line, 15 * max_output_bytes),
                      files.descriptors());
  const Json reply = Json::parse(other.line());
  EXPECT_EQ(reply["data"]["stdout"].get_ref<const std::string&>().size(), 15 * max_output_bytes);
  EXPECT_LE(owed(), Clients::max_owed + 2 * max_reply_length);
  for (auto& client : idle) client->close();
  rig.settle();
  EXPECT_EQ(owed(), 0U) << "a client that hung up with its reply unread is gone at once";
}

TEST_F(BrokerResult, AClientThatHasGoneCostsNothing) {
  const std::size_t before = open_descriptors();
  Files files;
  files.print("x");
  {
    Client client = rig.local(1);
    client.send(ping);
    const std::uint64_t id = rig.hear_run().id;
    client.close();
    rig.settle();
    rig.helper.send_raw(result_frame(id, line), files.descriptors());
    rig.settle();
  }
  Client client = rig.local(2);
  client.send(ping);
  rig.helper.reply(rig.hear_run().id, "pong\n");
  EXPECT_EQ(client.line(), "pong\n");
  EXPECT_LE(open_descriptors(), before + 8) << "three of the files, and what a connection has";
}

TEST_F(BrokerResult, AHelperThatSaysWhatItMayNotLosesTheLink) {
  Files files;
  const std::string cases[] = {result_frame(4711, line),  // to no request
                               result_frame(0, "pong\n"), result_frame(0, "{\"data\":{}}\n"),
                               result_frame(0, line.substr(0, line.size() - 1))};
  std::uint64_t number = 1;
  for (std::string frame : cases) {
    Client client = rig.local(number++);
    client.send(ping);
    const std::uint64_t id = rig.hear_run().id;
    if (frame.substr(8, 8) == std::string(8, '\0')) {
      std::string header;
      append_frame(header, MessageKind::result, id, "");
      frame.replace(8, 8, header, 8, 8);
    }
    rig.helper.send_raw(frame, files.descriptors());
    expect_dropped();
    EXPECT_EQ(code_of(client.line()), 13);
    rig.link_up();
  }
}

TEST_F(BrokerResult, WithoutItsDescriptorsItClosesTheLink) {
  Files files;
  Client client = rig.local(1);
  client.send(ping);
  const std::uint64_t id = rig.hear_run().id;
  std::vector<int> two = files.descriptors();
  two.pop_back();
  rig.helper.send_raw(result_frame(id, line), two);
  expect_dropped();
  EXPECT_EQ(code_of(client.line()), 13);
}

TEST_F(BrokerResult, ALostLinkAnswersWhatWaitsOnce) {
  Client client = rig.local(1);
  client.send(std::string(kept_ping) + std::string(ping));
  const std::uint64_t first = rig.hear_run().id;
  (void)rig.hear_run();
  Files files;
  files.print("x");
  rig.helper.send_raw(result_frame(first, line, 1), files.descriptors());
  rig.helper.close_link();
  EXPECT_EQ(Json::parse(client.line())["data"]["stdout"], "x");
  EXPECT_EQ(code_of(client.line()), 13);
}

}  // namespace
}  // namespace mgr::broker::test
