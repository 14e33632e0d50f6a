// Tests of the broker's pieces that need no loop: exchanges, callers, schema, addresses, options.
#include <gtest/gtest.h>

#include <fstream>

#include "broker/account.h"
#include "broker/address.h"
#include "broker/connection.h"
#include "broker/exchange.h"
#include "broker/options.h"
#include "broker/schema.h"
#include "broker/settings_file.h"
#include "tests/unit/broker_support.h"

namespace mgr::broker::test {
namespace {

// ---- exchanges

class ExchangesTest : public ::testing::Test {
 protected:
  Exchange& ask() {
    Exchange& exchange = exchanges.open(client, client.replies);
    exchange.account = &account;
    return exchange;
  }
  void answer(Exchange& exchange, std::string_view line, bool last = true) {
    if (last) exchange.account = nullptr;
    exchanges.answer(exchange, client.replies, out, line, last);
  }

  Exchanges exchanges;
  Account account;
  Connection client{Descriptor(), Arrival{}, account};
  std::string out;
};

TEST_F(ExchangesTest, RepliesLeaveInTheOrderOfRequests) {
  Exchange& first = ask();
  Exchange& second = ask();
  Exchange& third = ask();
  answer(third, "3");
  answer(second, "2");
  EXPECT_EQ(out, "");
  EXPECT_EQ(client.replies.held, 2u);
  answer(first, "1");
  EXPECT_EQ(out, "123");
  EXPECT_EQ(client.replies.length, 0u);
  EXPECT_EQ(client.replies.held, 0u);
}

TEST_F(ExchangesTest, StreamSpeaksOnceItsTurnHasCome) {
  Exchange& first = ask();
  Exchange& stream = ask();
  answer(stream, "a", false);
  answer(first, "1");
  EXPECT_EQ(out, "1a");
  answer(stream, "b", false);
  EXPECT_EQ(out, "1ab");
  answer(stream, "c");
  EXPECT_EQ(out, "1abc");
}

TEST_F(ExchangesTest, IdIsNeverThatOfALaterRequest) {
  Exchange& first = ask();
  const std::uint64_t id = first.id;
  EXPECT_EQ(exchanges.find(id), &first);
  answer(first, "1");
  EXPECT_EQ(exchanges.find(id), nullptr);
  EXPECT_NE(ask().id, id);
  EXPECT_EQ(exchanges.find(id), nullptr);
  EXPECT_EQ(exchanges.find(~std::uint64_t{0}), nullptr);
  EXPECT_EQ(exchanges.find(0), nullptr);
}

TEST_F(ExchangesTest, AbandonedRequestWaitsForTheHelperAlone) {
  Exchange& first = ask();
  Exchange& second = ask();
  answer(second, "2");
  exchanges.abandon(client.replies);
  EXPECT_EQ(exchanges.find(first.id), &first);
  EXPECT_EQ(first.client, nullptr);
  EXPECT_EQ(client.replies.length, 0u);
}

TEST_F(ExchangesTest, AbandonedRequestThatTheHelperHasAnsweredIsFree) {
  Exchange& kept_back = ask();
  kept_back.account = nullptr;
  exchanges.abandon(client.replies);
  EXPECT_FALSE(kept_back.in_use);
  EXPECT_EQ(&ask(), &kept_back);
}

// ---- callers

TEST(CallersTest, KeepsPlacesForAdmins) {
  Accounts accounts(1000);
  BrokerLimits limits;
  limits.connections = 4;
  limits.kept_places = 2;
  accounts.set_limits(limits);
  EXPECT_TRUE(accounts.enter_uid(33, false));
  EXPECT_TRUE(accounts.enter_uid(34, false));
  EXPECT_FALSE(accounts.enter_uid(35, false));
  EXPECT_TRUE(accounts.enter_uid(0, true));
  EXPECT_TRUE(accounts.enter_uid(0, true));
  EXPECT_FALSE(accounts.enter_uid(0, true));
}

TEST(CallersTest, DescriptorsCapTheLimit) {
  Accounts accounts(1);
  BrokerLimits limits;
  limits.kept_places = 0;
  accounts.set_limits(limits);
  EXPECT_TRUE(accounts.enter_uid(33, false));
  const auto refused = accounts.enter_uid(33, false);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::busy);
}

TEST(CallersTest, MoreKeptPlacesThanPlacesLeavesNoneForOthers) {
  Accounts accounts(1000);
  BrokerLimits limits;
  limits.connections = 4;
  limits.kept_places = 4000000000;
  accounts.set_limits(limits);
  EXPECT_FALSE(accounts.enter_uid(33, false));
  EXPECT_TRUE(accounts.enter_uid(0, true));
}

TEST(CallersTest, CallersTakeTurns) {
  Accounts accounts(1000);
  BrokerLimits limits;
  limits.requests_in_flight = 2;
  accounts.set_limits(limits);
  Account& web = **accounts.enter_uid(33, false);
  Account& other = **accounts.enter_uid(34, false);
  accounts.asked(web);
  accounts.asked(web);
  EXPECT_FALSE(accounts.may_ask(web, 0, false));
  EXPECT_TRUE(accounts.may_ask(other, 0, false));
  Connection first(Descriptor(), Arrival{}, web), second(Descriptor(), Arrival{}, web);
  accounts.wait(web, first);
  accounts.wait(web, second);
  EXPECT_EQ(accounts.next_turn(), nullptr);
  accounts.answered(web);
  EXPECT_EQ(accounts.next_turn(), &first);
  // One that has just come does not overtake those who wait.
  EXPECT_FALSE(accounts.may_ask(web, 0, false));
  EXPECT_TRUE(accounts.may_ask(web, 0, true));
  accounts.asked(web);
  EXPECT_EQ(accounts.next_turn(), nullptr);
  accounts.answered(web);
  EXPECT_EQ(accounts.next_turn(), &second);
}

TEST(CallersTest, NoCallerTakesAllPlaces) {
  Accounts accounts(1000);
  BrokerLimits limits;
  limits.connections = 12;
  limits.kept_places = 4;
  accounts.set_limits(limits);
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(accounts.enter_uid(33, false));
  EXPECT_FALSE(accounts.enter_uid(33, false));
  EXPECT_TRUE(accounts.enter_uid(34, false));
}

TEST(CallersTest, AnAddressHasHalfOfWhatTheNetworkHas) {
  Accounts accounts(1000);
  BrokerLimits limits;
  limits.connections_per_caller = 4;
  limits.requests_in_flight = 2;
  limits.requests_per_second = 1000;
  limits.burst = 4;
  accounts.set_limits(limits);
  Account& one = **accounts.enter_address("192.0.2.1");
  EXPECT_TRUE(accounts.enter_address("192.0.2.1"));
  EXPECT_FALSE(accounts.enter_address("192.0.2.1"));
  Account& other = **accounts.enter_address("192.0.2.2");
  EXPECT_TRUE(accounts.enter_address("192.0.2.3"));
  EXPECT_FALSE(accounts.enter_address("192.0.2.4")) << "a range is no more than the network";
  EXPECT_TRUE(accounts.may_ask(one, 0, false));
  accounts.asked(one);
  EXPECT_FALSE(accounts.may_ask(one, 0, false));
  EXPECT_TRUE(accounts.may_ask(other, 0, false));
  EXPECT_TRUE(accounts.pay(one, 2, false));
  EXPECT_FALSE(accounts.pay(one, 1, false));
  EXPECT_TRUE(accounts.pay(other, 2, false));
  Account& third = **accounts.enter_uid(33, false);
  EXPECT_TRUE(accounts.pay(third, 4, false)) << "a uid has a bucket of its own";
}

TEST(CallersTest, WhoIsOutOfTokensPaysWhenTheyAreThere) {
  Accounts accounts(1000);
  BrokerLimits limits;
  limits.requests_per_second = 100;
  limits.burst = 2;
  accounts.set_limits(limits);
  Account& web = **accounts.enter_uid(33, false);
  EXPECT_TRUE(accounts.pay(web, 2, false));
  EXPECT_FALSE(accounts.pay(web, 1, false));
  Connection first(Descriptor(), Arrival{}, web), second(Descriptor(), Arrival{}, web);
  first.price = second.price = 1;
  accounts.wait_to_pay(web, first);
  accounts.wait_to_pay(web, second);
  EXPECT_EQ(accounts.next_turn(), nullptr);
  EXPECT_EQ(accounts.next_payment(), 10u);
  accounts.set_time(9);
  EXPECT_EQ(accounts.next_turn(), nullptr);
  accounts.set_time(10);
  EXPECT_EQ(accounts.next_turn(), &first);
  EXPECT_FALSE(accounts.pay(web, 1, false)) << "past those who wait";
  EXPECT_TRUE(accounts.pay(web, 1, true));
  EXPECT_EQ(accounts.next_turn(), nullptr);
  accounts.set_time(20);
  EXPECT_EQ(accounts.next_turn(), &second);
  EXPECT_EQ(accounts.next_turn(), nullptr);
  EXPECT_EQ(accounts.next_payment(), Accounts::never);
}

TEST(CallersTest, ThatComeAgainHaveNoFullBucket) {
  Accounts accounts(1000);
  BrokerLimits limits;
  limits.requests_per_second = 1;
  limits.burst = 1;
  accounts.set_limits(limits);
  Account& before = **accounts.enter_uid(33, false);
  EXPECT_TRUE(accounts.pay(before, 1, false));
  accounts.leave(before);
  EXPECT_EQ(accounts.size(), 1u);
  Account& again = **accounts.enter_uid(33, false);
  EXPECT_FALSE(accounts.pay(again, 1, false));
  accounts.set_time(1000);
  EXPECT_TRUE(accounts.pay(again, 1, false));
  accounts.leave(again);
  accounts.set_time(2000);
  for (std::uint32_t uid = 0; uid < 1000; ++uid) accounts.leave(**accounts.enter_uid(uid, false));
  EXPECT_LE(accounts.size(), 1u);
}

TEST(CallersTest, PriceOverTheBurstIsTheWholeBucket) {
  Accounts accounts(1000);
  BrokerLimits limits;
  limits.burst = 1;
  accounts.set_limits(limits);
  Account& web = **accounts.enter_uid(33, false);
  EXPECT_TRUE(accounts.pay(web, 8, false));
  EXPECT_FALSE(accounts.pay(web, 1, false));
  accounts.give_back(web, 8);
  EXPECT_TRUE(accounts.pay(web, 1, false));
}

TEST(CallersTest, SlowPaceOfBeforeIsNotHeldAgainstAFasterOne) {
  Accounts accounts(1000);
  BrokerLimits limits;
  limits.requests_per_second = 1;
  limits.burst = 1000000;
  accounts.set_limits(limits);
  Account& web = **accounts.enter_uid(33, false);
  EXPECT_TRUE(accounts.pay(web, 1000000, false));
  limits.requests_per_second = limits.burst = 1000;
  accounts.set_limits(limits);
  EXPECT_FALSE(accounts.pay(web, 1, false));
  accounts.set_time(1000);
  EXPECT_TRUE(accounts.pay(web, 1000, false));
}

TEST(AddressTest, LoopbackIsOneAndSoIsANetworkOfIPv6) {
  EXPECT_EQ(share_of("127.0.0.1:5123"), "127.0.0.0/8");
  EXPECT_EQ(share_of("127.255.9.3:1"), "127.0.0.0/8");
  EXPECT_EQ(share_of("192.0.2.7:80"), "192.0.2.7");
  EXPECT_EQ(share_of("[2001:db8:1:2:3:4:5:6]:80"), "2001:db8:1:2::/64");
  EXPECT_EQ(share_of("[2001:db8:1:2::9]:80"), share_of("[2001:db8:1:2:ffff::1]:80"));
  EXPECT_EQ(share_of("[::1]:80"), "::/64");
}

// ---- schema

Result<KnownRequest> check(std::string_view text) {
  static BlockParser parser;
  parser = BlockParser();
  EXPECT_EQ(parser.read(text), BlockParser::State::complete);
  static const Schema schema(test_settings());
  return schema.check(parser.block());
}

ErrorCode refusal(std::string_view text) {
  const auto checked = check(text);
  return checked ? ErrorCode{} : checked.error().code;
}

TEST(SchemaTest, TakesNamesAndAliasesToTheLetter) {
  EXPECT_TRUE(check("module:SCAN_MODULE\naction:start\ntask_ids:1\n\n"));
  EXPECT_TRUE(check("module:scan\naction:start\ntask_ids:1\nnote:x\n\n"));
  EXPECT_EQ(refusal("module:Scan\naction:start\ntask_ids:1\n\n"), ErrorCode::unknown_action);
  EXPECT_EQ(refusal("module:scan\naction:START\ntask_ids:1\n\n"), ErrorCode::unknown_action);
}

TEST(SchemaTest, RefusesWhatCannotBeRight) {
  EXPECT_EQ(refusal("module:nosuch\naction:ping\n\n"), ErrorCode::unknown_action);
  EXPECT_EQ(refusal("module:mgr\naction:nosuch\n\n"), ErrorCode::unknown_action);
  EXPECT_EQ(refusal("module:\naction:ping\n\n"), ErrorCode::unknown_action);
  EXPECT_EQ(refusal("module:mgr\n\n"), ErrorCode::malformed);
  EXPECT_EQ(refusal("action:ping\n\n"), ErrorCode::malformed);
  EXPECT_EQ(refusal("module:scan\naction:start\n\n"), ErrorCode::invalid_argument);
  EXPECT_EQ(refusal("module:mgr\naction:ping\ncolour:red\n\n"), ErrorCode::invalid_argument);
}

TEST(SchemaTest, NamesNeverMatchByPrefix) {
  const std::string longer = "module:mgr" + std::string(40, 'x') + "\naction:ping\n\n";
  EXPECT_EQ(refusal(longer), ErrorCode::unknown_action);
  EXPECT_EQ(refusal("module:mg\naction:ping\n\n"), ErrorCode::unknown_action);
  EXPECT_EQ(refusal("module:mgr.ping\naction:ping\n\n"), ErrorCode::unknown_action);
}

TEST(SchemaTest, RefusesReservedNamesWithoutMeaning) {
  const auto dry_run = check("module:mgr\naction:ping\nmgr-dryrun:yes\n\n");
  ASSERT_FALSE(dry_run);
  EXPECT_EQ(dry_run.error().code, ErrorCode::invalid_argument);
  EXPECT_NE(dry_run.error().detail.find("mgr-dryrun"), std::string::npos);
  EXPECT_TRUE(check("module:mgr\naction:ping\nmgr-dry-run:yes\n\n"));
  EXPECT_TRUE(check("module:mgr\naction:ping\nsignature:x\nmgr-on-behalf-of:ann\n\n"));
}

TEST(SchemaTest, RefusesARequestIdOutsideItsGrammar) {
  const auto with = [](const std::string& id) {
    return check("module:mgr\naction:ping\nmgr-request-id:" + id + "\n\n");
  };
  EXPECT_TRUE(with(std::string(64, 'a')));
  for (const std::string& id : {std::string(65, 'a'), std::string(), std::string("a b")}) {
    const auto refused = with(id);
    ASSERT_FALSE(refused) << id;
    EXPECT_EQ(refused.error().code, ErrorCode::invalid_argument);
  }
}

// ---- addresses, options, mgr.toml

TEST(AddressTest, GoesThereAndBack) {
  for (const char* text : {"127.0.0.1:6667", "[::1]:6667", "0.0.0.0:0", "[2001:db8::1]:65535"}) {
    const auto address = parse_address(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(format_address(*address), text);
  }
}

TEST(AddressTest, RefusesWhatIsNone) {
  for (const char* text :
       {"", ":", "localhost:6667", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
        "127.0.0.1:6667x", "::1:6667", "[127.0.0.1]:1", "[]:1", "127.0.0.1:0x1", " 127.0.0.1:1"}) {
    EXPECT_FALSE(parse_address(text)) << text;
  }
}

TEST(OptionsTest, ReadsTheCommandLine) {
  std::vector<std::string> words{"mgr-broker", "--root", "/r", "--listen", ""};
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const auto options = read_options(5, argv.data());
  ASSERT_TRUE(options);
  EXPECT_EQ(options->root, "/r");
  EXPECT_EQ(options->listen, "");
  EXPECT_FALSE(read_options(2, argv.data() + 3));
}

TEST(OptionsTest, EmptyArgvIsRefused) {
  char* none = nullptr;
  EXPECT_FALSE(read_options(0, &none));
}

class SettingsFileTest : public ::testing::Test {
 protected:
  Result<std::string> read(std::string_view text) {
    const std::string file = folder.path() + "/mgr.toml";
    std::ofstream(file) << text;
    return read_listen_setting(file);
  }
  TemporaryFolder folder;
};

TEST_F(SettingsFileTest, ReadsTheAddressAndNothingElse) {
  EXPECT_EQ(read("[limits]\nconnections = 3\n[broker]\nlisten = \"[::1]:7000\"\n"), "[::1]:7000");
  EXPECT_EQ(read("[broker]\nlisten = \"\"\n"), "");
  EXPECT_EQ(read("[broker]\n"), default_listen);
  EXPECT_EQ(read(""), default_listen);
  EXPECT_EQ(read_listen_setting(folder.path() + "/nosuch"), default_listen);
}

TEST_F(SettingsFileTest, BrokenFileNamesItsLine) {
  const auto broken = read("[broker]\nlisten = 127.0.0.1:6667\n");
  ASSERT_FALSE(broken);
  EXPECT_NE(broken.error().detail.find("mgr.toml:2: "), std::string::npos);
  const auto number = read("\n[broker]\nlisten = 6667\n");
  ASSERT_FALSE(number);
  EXPECT_NE(number.error().detail.find("mgr.toml:3: "), std::string::npos);
}

}  // namespace
}  // namespace mgr::broker::test
