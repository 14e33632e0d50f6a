// Signed requests and the broker's limits: whose they are, and what a forgery costs.
#include <gtest/gtest.h>
#include <sodium.h>

#include <algorithm>
#include <ctime>

#include "protocol/signature.h"
#include "protocol/signed_request.h"
#include "tests/unit/broker_support.h"

namespace mgr::broker::test {
namespace {

const std::string host(host_id_length, 'a');

// A key of the test's own, by a number.
std::string seed_of(char number) { return std::string(ed25519_seed_length, number); }

Guarded guarded(std::string_view bytes) {
  return Guarded::make(bytes.size(),
                       [&](unsigned char* to) {
                         std::copy(bytes.begin(), bytes.end(), to);
                         return true;
                       })
      .value();
}

SettingsMessage with_keys(const std::function<void(BrokerLimits&)>& change = [](auto&) {}) {
  if (sodium_init() < 0) std::abort();
  SettingsMessage settings = test_settings();
  settings.host_id = host;
  for (const char number : {'1', '2'}) {
    KeyRecord key;
    key.id = std::string("key") + number;
    key.type = KeyType::ed25519;
    key.public_key = ed25519_public_key(guarded(seed_of(number)));
    settings.keys.push_back(std::move(key));
  }
  KeyRecord shared;
  shared.id = "shared";
  shared.type = KeyType::hmac_sha256;
  settings.keys.push_back(std::move(shared));
  change(settings.limits);
  return settings;
}

// A block with a key's fields, which `sign` signs the text of.
std::string proffered_block(std::string_view id, std::vector<Field> fields,
                            const std::function<std::string(std::string_view)>& sign) {
  static std::uint64_t count = 0;
  if (fields.empty()) fields = {{"module", "mgr"}, {"action", "ping"}};
  std::string nonce = std::to_string(++count);
  nonce.insert(0, nonce_length - nonce.size(), '0');
  fields.push_back({"auth-key", std::string(id)});
  fields.push_back({"auth-to", host});
  fields.push_back({"auth-time", std::to_string(std::time(nullptr))});
  fields.push_back({"auth-nonce", nonce});
  std::vector<FieldView> views;
  for (const Field& field : fields) views.push_back({field.name, field.value});
  const std::string signature = encode_base64(sign(signed_text(views)));
  std::string block;
  for (const Field& field : fields) block += field.name + ":" + field.value + "\n";
  return block + "signature:" + signature + "\n\n";
}

// One that is signed with that key, in the name of `id`.
std::string signed_block(std::string_view id, char number, std::vector<Field> fields = {}) {
  return proffered_block(id, std::move(fields), [&](std::string_view text) {
    return sign_ed25519(guarded(seed_of(number)), text);
  });
}

// One with an HMAC.
std::string coded_block(std::string_view id) {
  return proffered_block(
      id, {}, [](std::string_view text) { return hmac_sha256(guarded(seed_of('3')), text); });
}

const std::string keep_alive = "mgr:keep-alive\n";

TEST(BrokerSigned, IsTheKeysAndNotTheNetworks) {
  Rig rig(with_keys([](BrokerLimits& limits) { limits.requests_in_flight = 1; }));
  Client plain = rig.tcp(), one = rig.tcp(), same = rig.tcp(), other = rig.tcp();
  plain.send(ping);
  rig.hear_run();
  // The network has its one request in flight; the keys have theirs.
  one.send(signed_block("key1", '1'));
  const HeardRun first = rig.hear_run();
  other.send(signed_block("key2", '2'));
  rig.hear_run();
  // The same key over another connection waits for its turn.
  same.send(signed_block("key1", '1'));
  EXPECT_TRUE(rig.hears_no_run());
  rig.helper.reply(first.id, "ok\n");
  rig.hear_run();
}

TEST(BrokerSigned, OfAKeyForHmacIsItsConnections) {
  Rig rig(with_keys([](BrokerLimits& limits) { limits.requests_in_flight = 1; }));
  Client plain = rig.tcp(), shared = rig.tcp();
  plain.send(ping);
  const HeardRun first = rig.hear_run();
  shared.send(coded_block("shared"));
  EXPECT_TRUE(rig.hears_no_run());
  rig.helper.reply(first.id, "ok\n");
  rig.hear_run();
}

TEST(BrokerSigned, UnknownKeysAndForgeriesGetOneAnswer) {
  Rig rig(with_keys());
  std::vector<std::string> lines;
  for (const std::string& block : {signed_block("key1", '2'), signed_block("nobody", '1')}) {
    Client client = rig.tcp();
    client.send(block);
    lines.push_back(client.line());
    EXPECT_EQ(code_of(lines.back()), 3);
  }
  EXPECT_EQ(lines[0], lines[1]);
  EXPECT_TRUE(rig.hears_no_run());
}

// What the broker cannot tell apart it does not: the helper answers, which knows the secrets.
TEST(BrokerSigned, AnHmacIsPassedOnWhateverKeyItNames) {
  Rig rig(with_keys());
  for (const char* id : {"shared", "nobody", "key1"}) {
    Client client = rig.tcp();
    client.send(coded_block(id));
    rig.hear_run();
  }
  Client client = rig.tcp();
  client.send(signed_block("shared", '1'));
  EXPECT_EQ(code_of(client.line()), 3) << "an Ed25519 signature, of no such key";
}

TEST(BrokerSigned, WithoutAKeyForHmacNoneIsPassedOn) {
  SettingsMessage settings = with_keys();
  settings.keys.pop_back();
  Rig rig(settings);
  Client client = rig.tcp();
  client.send(coded_block("shared"));
  EXPECT_EQ(code_of(client.line()), 3);
  EXPECT_TRUE(rig.hears_no_run());
}

TEST(BrokerSigned, AForgeryCostsItsSenderAndNotTheKey) {
  // Tokens for one forgery of the network's half, and none for as long as this lasts.
  Rig rig(with_keys([](BrokerLimits& limits) {
    limits.requests_per_second = 1;
    limits.burst = 16;
  }));
  Client trusted = rig.tcp(), forger = rig.tcp();
  trusted.send(keep_alive + signed_block("key1", '1'));
  rig.hear_run();
  forger.send(keep_alive + signed_block("key1", '2') + signed_block("key1", '2'));
  EXPECT_EQ(code_of(forger.line()), 3);
  rig.settle();
  // The second waits: the address has no tokens left. Who has signed before goes on, and so does
  // another caller.
  trusted.send(signed_block("key1", '1'));
  rig.hear_run();
  Client local = rig.local(7);
  local.send(ping);
  EXPECT_EQ(rig.hear_run().connection, 7u);
}

TEST(BrokerSigned, TrustIsLostWithTheFirstRefusal) {
  Rig rig(with_keys([](BrokerLimits& limits) {
    limits.requests_per_second = 1;
    limits.burst = 16;
  }));
  Client client = rig.tcp(), plain = rig.tcp();
  client.send(keep_alive + signed_block("key1", '1'));
  rig.hear_run();
  // The first is looked at without payment, the second is paid for, and the third waits.
  client.send(signed_block("key1", '2') + signed_block("key1", '2') + signed_block("key1", '1'));
  rig.settle();
  plain.send(ping);
  EXPECT_TRUE(rig.hears_no_run());
}

// Who heard a request sends it again, over many connections, and what is asked with it is refused
// by the helper: for nobody but them.
TEST(BrokerSigned, CopiesAreOfWhoSendsThemAndNotOfTheKey) {
  Rig rig(with_keys([](BrokerLimits& limits) {
    limits.requests_in_flight = 2;
    limits.requests_per_second = 1;
    limits.burst = 16;
  }));
  const std::string heard = signed_block("key1", '1');
  std::vector<Client> clients;
  for (std::uint64_t number = 1; number <= 20; ++number) {
    clients.push_back(rig.local(number, static_cast<std::uint32_t>(1000 + number)));
    clients.back().send(heard);
    EXPECT_EQ(rig.hear_run().connection, number);
  }
  clients.push_back(rig.local(21, 2000));
  clients.back().send(signed_block("key1", '1'));
  EXPECT_EQ(rig.hear_run().connection, 21u);
  // The key has two in flight, and their sender two copies, for which there are no more tokens.
  Client copier = rig.local(22, 3000), other = rig.local(23, 2000);
  copier.send(keep_alive + heard + heard + heard);
  EXPECT_EQ(rig.hear_run().connection, 22u);
  EXPECT_EQ(rig.hear_run().connection, 22u);
  other.send(signed_block("key1", '1'));
  EXPECT_TRUE(rig.hears_no_run());
}

TEST(BrokerSigned, KeyHasAPaceOfItsOwnOverAllConnections) {
  Rig rig(with_keys([](BrokerLimits& limits) {
    limits.requests_per_second = 1;
    limits.burst = 20;
  }));
  std::vector<Client> clients;
  for (std::uint64_t number = 1; number <= 2; ++number) {
    std::string blocks = keep_alive;
    for (std::uint64_t i = 0; i < 9 + number; ++i)
      blocks += signed_block("key1", '1');  // 21 in all
    clients.push_back(rig.local(number, static_cast<std::uint32_t>(1000 + number)));
    clients.back().send(blocks);
  }
  for (int i = 0; i < 20; ++i) rig.hear_run();
  EXPECT_TRUE(rig.hears_no_run());
  Client other = rig.local(3, 1001);
  other.send(signed_block("key2", '2'));
  EXPECT_EQ(rig.hear_run().connection, 3u);
  EXPECT_NE(rig.hear_run().connection, 3u) << "the last, when there is a token";
}

TEST(BrokerSigned, BodyOfASignedRequestIsTheKeys) {
  Rig rig(with_keys());
  const std::string body(1 << 20, 'b');
  const auto announce = [&](std::string_view id, char number) {
    return signed_block(id, number,
                        {{"module", "file"},
                         {"action", "put"},
                         {"mgr-body", std::to_string(body.size())},
                         {"auth-body", sha256_hex(body)}});
  };
  std::vector<Client> clients;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(rig.tcp());
    clients.back().send(announce("key1", '1'));
  }
  rig.settle();
  EXPECT_EQ(rig.broker->pipeline().bodies().held(), Bodies::most_of_a_caller);
  Client ninth = rig.tcp(), other = rig.tcp();
  ninth.send(announce("key1", '1'));
  EXPECT_EQ(code_of(ninth.line()), 7);
  other.send(announce("key2", '2') + "b");
  rig.settle();
  EXPECT_EQ(rig.broker->pipeline().bodies().held(), Bodies::most_of_a_caller + body.size());
  clients.clear();
  other.close();
  rig.turn_until([&] { return rig.broker->pipeline().bodies().held() == 0; });
}

TEST(BrokerSigned, LossOfTheLinkEndsWhoWaits) {
  Rig rig(with_keys([](BrokerLimits& limits) { limits.requests_in_flight = 1; }));
  Client one = rig.tcp(), waiting = rig.tcp();
  one.send(signed_block("key1", '1'));
  rig.hear_run();
  waiting.send(signed_block("key1", '1'));
  rig.settle();
  rig.helper.go_away();
  EXPECT_EQ(code_of(one.line()), 13);
  EXPECT_EQ(code_of(waiting.line()), 8);
}

TEST(BrokerCounters, AreToldWithTheNextRequest) {
  Rig rig(with_keys());
  Client forger = rig.tcp();
  forger.send(signed_block("key1", '2'));
  EXPECT_EQ(code_of(forger.line()), 3);
  EXPECT_EQ(uv_backend_timeout(rig.broker->loop()) >= 0, true) << "the sums of refusals alone";
  Client client = rig.tcp();
  client.send(signed_block("key1", '1'));
  const auto told = decode<CountersMessage>(rig.hear(MessageKind::counters).payload);
  ASSERT_TRUE(told);
  ASSERT_EQ(told->values.size(), broker_counters.size());
  const auto value = [&](Counter counter) {
    return told->values[static_cast<std::size_t>(counter)];
  };
  EXPECT_EQ(value(Counter::connections), 2u);
  EXPECT_EQ(value(Counter::connections_open), 1u);
  EXPECT_EQ(value(Counter::requests), 2u);
  EXPECT_EQ(value(Counter::requests_refused), 1u);
  EXPECT_EQ(value(Counter::requests_signed), 1u);
  EXPECT_EQ(value(Counter::signatures_refused), 1u);
  EXPECT_GT(value(Counter::bytes_in), 300u);
  EXPECT_GT(value(Counter::bytes_out), 50u);
}

}  // namespace
}  // namespace mgr::broker::test
