// keys.d: files from text, and the folder with its secrets, which wants root.
#include <gtest/gtest.h>

#include "policy/parse.h"
#include "policy/policy_review.h"
#include "protocol/archive.h"
#include "tests/unit/policy_fake_users.h"
#include "tests/unit/policy_temporary_root.h"

namespace mgr {
namespace {

// Public keys of RFC 8032, section 7.1.
const std::string public_key = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
const std::string other_public_key = "PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=";

std::string ed25519(const std::string& more = "", const std::string& key = public_key) {
  return "type = 'ed25519'\npublic_key = '" + key + "'\n" + more;
}

class PolicyKeys : public testing::Test {
 protected:
  std::string parse(const std::string& text, const std::string& id = "alice") {
    const auto parsed = parse_key({"keys.d/" + id + ".toml", text}, id, configuration);
    return parsed ? "accepted" : parsed.error().detail;
  }
  std::string parse_alone(const std::string& text) {
    configuration = {};
    return parse(text);
  }
  [[nodiscard]] const KeyRecord& record() const { return configuration.keys.front().record; }

  Configuration configuration;
};

TEST_F(PolicyKeys, ReadsAllThatARecordSays) {
  EXPECT_EQ(parse(ed25519("not_before = 2026-01-01T00:00:00Z\n"
                          "not_after = 2027-02-01T00:30:00+01:30\n"
                          "revoked = true\ncomment = 'Ünal’s'\n")),
            "accepted");
  const DeclaredKey& key = configuration.keys.front();
  EXPECT_EQ(key.record.id, "alice");
  EXPECT_EQ(key.record.type, KeyType::ed25519);
  EXPECT_EQ(key.record.public_key.size(), 32U);
  EXPECT_EQ(key.record.not_before, 1767225600);
  EXPECT_EQ(key.record.not_after, 1801436400);
  EXPECT_TRUE(key.revoked);
  EXPECT_EQ(key.comment, "Ünal’s");
  EXPECT_EQ(key.file, "keys.d/alice.toml");
  EXPECT_EQ(parse("type = 'hmac-sha256'", "shop"), "accepted");
  EXPECT_EQ(configuration.keys.back().record,
            (KeyRecord{"shop", KeyType::hmac_sha256, "", 0, INT64_MAX}));
  EXPECT_EQ(configuration.warnings, std::vector<std::string>{});
}

TEST_F(PolicyKeys, RefusesATypeThatIsNone) {
  const std::string one_of = R"(keys.d/alice.toml:1: 'type' must be "ed25519" or "hmac-sha256")";
  for (const char* type : {"'none'", "'Ed25519'", "''", "'ed25519 '", "'hmac'"}) {
    EXPECT_EQ(parse_alone("type = " + std::string(type)), one_of) << type;
  }
  EXPECT_EQ(parse_alone("public_key = '" + public_key + "'"),
            "keys.d/alice.toml:1: 'type' is missing");
  EXPECT_EQ(parse_alone("type = 1"), "keys.d/alice.toml:1: 'type' must be a string");
}

TEST_F(PolicyKeys, RefusesWhatIsNoPublicKey) {
  const std::string place = "keys.d/alice.toml:2: 'public_key' ";
  const auto refused = [&](const std::string& key) { return parse_alone(ed25519("", key)); };
  const std::string length = place + "must be 32 bytes in base64, which has 44 digits";
  for (const std::string& wrong :
       {std::string(), public_key.substr(1), public_key.substr(0, 43), public_key + "=",
        public_key + "\\n", " " + public_key, std::string(64, 'a'),
        // Spare bits set, and the alphabet for URLs.
        std::string("11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURp="),
        std::string("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo=")}) {
    EXPECT_EQ(refused(wrong), length) << wrong;
  }
  EXPECT_EQ(parse_alone("type = 'ed25519'"), "keys.d/alice.toml:1: 'public_key' is missing");
  EXPECT_EQ(parse_alone("type = 'ed25519'\npublic_key = 1"), place + "must be a string");
}

// Under a point of small order, a signature that is made once holds for every text.
TEST_F(PolicyKeys, RefusesPointsThatAnybodyCanSignFor) {
  const std::string none = "keys.d/alice.toml:2: 'public_key' is no public key of Ed25519";
  for (const char* key : {
           "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",  // order 4
           "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",  // the neutral element
           "7P///////////////////////////////////////38=",  // order 2
           "JuiVj8KyJ7BFw/SJ8u+Y8NXfrAXTxjM5sTgCiG1T/AU=",  // order 8
           "xxdqcD1N2E+6PAt2DRBnDyogU/osOczGTsf9d5KsA/o=",  // order 8
           "7v///////////////////////////////////////38=",  // the neutral element, not canonical
           "AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",  // not on the curve
           "//////////////////////////////////////////8=",
       }) {
    EXPECT_EQ(parse_alone(ed25519("", key)), none) << key;
  }
}

TEST_F(PolicyKeys, ASecretHasNoPublicHalf) {
  EXPECT_EQ(parse("type = 'hmac-sha256'\npublic_key = '" + public_key + "'"),
            "keys.d/alice.toml:2: 'public_key' is for the type \"ed25519\" alone");
}

TEST_F(PolicyKeys, TwoRecordsOfOnePublicKeyAreAnError) {
  EXPECT_EQ(parse(ed25519("revoked = true")), "accepted");
  EXPECT_EQ(parse(ed25519("", other_public_key), "bob"), "accepted");
  EXPECT_EQ(parse(ed25519(), "mallory"),
            "keys.d/mallory.toml:2: 'public_key' is that of the key 'alice', at keys.d/alice.toml");
}

TEST_F(PolicyKeys, ATimeSaysItsOffset) {
  const std::string place = "keys.d/alice.toml:3: 'not_after' ";
  const auto refused = [&](const char* time) {
    return parse_alone(ed25519("not_after = " + std::string(time)));
  };
  for (const char* local : {"2027-01-31T12:00:00", "2027-01-31", "12:00:00"}) {
    EXPECT_TRUE(refused(local).starts_with(place + "must say its offset from UTC")) << local;
  }
  for (const char* other : {"'2027-01-31T12:00:00Z'", "1801436400", "2027-01-31T12:00:00.5Z",
                            "1969-12-31T23:59:59Z", "1970-01-01T00:00:00+00:01", "1.5", "[]"}) {
    EXPECT_TRUE(refused(other).starts_with(place + "must be a time of whole seconds")) << other;
  }
  for (const char* none : {"2027-02-30T12:00:00Z", "2027-01-31T24:00:00Z", "2027-13-01T12:00:00Z",
                           "2027-01-31T12:00:60Z", "2027-01-31T12:00:00+24:00"}) {
    EXPECT_NE(refused(none), "accepted") << none;
  }
}

TEST_F(PolicyKeys, ATimeIsThatOfItsOffset) {
  const auto seconds = [&](const std::string& time) {
    EXPECT_EQ(parse_alone(ed25519("not_after = " + time)), "accepted") << time;
    return record().not_after;
  };
  EXPECT_EQ(seconds("1970-01-01T00:00:01Z"), 1);
  EXPECT_EQ(seconds("1970-01-01T01:00:01+01:00"), 1);
  EXPECT_EQ(seconds("1969-12-31T23:30:01-00:30"), 1);
  EXPECT_EQ(seconds("2024-02-29T00:00:00Z"), 1709164800);
  EXPECT_EQ(seconds("2027-01-31 12:00:00z"), 1801396800);
  EXPECT_EQ(seconds("9999-12-31T23:59:59Z"), 253402300799);
}

TEST_F(PolicyKeys, ATimeWithoutLengthIsAnError) {
  EXPECT_EQ(parse_alone(ed25519("not_before = 2027-01-01T00:00:00Z\n"
                                "not_after = 2027-01-01T01:00:00+01:00")),
            "keys.d/alice.toml:4: 'not_after' must be later than not_before");
  EXPECT_EQ(parse_alone(ed25519("not_after = 1970-01-01T00:00:00Z")),
            "keys.d/alice.toml:3: 'not_after' must be later than not_before");
  EXPECT_EQ(parse_alone(ed25519("not_before = 2027-01-01T00:00:00Z\n"
                                "not_after = 2027-01-01T00:00:01Z")),
            "accepted");
}

TEST_F(PolicyKeys, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(parse_alone(ed25519("id = 'bob'")), "keys.d/alice.toml:3: unknown key 'id'");
  EXPECT_EQ(parse_alone(ed25519("secret = 'aa'")), "keys.d/alice.toml:3: unknown key 'secret'");
  EXPECT_EQ(parse_alone(ed25519("revoked = 'true'")),
            "keys.d/alice.toml:3: 'revoked' must be true or false");
  EXPECT_EQ(parse_alone(ed25519("comment = \"a\\u001bb\"")),
            "keys.d/alice.toml:3: 'comment' must be one line of at most 4096 bytes");
  EXPECT_NE(parse_alone(""), "accepted");
}

TEST_F(PolicyKeys, APrincipalsKeyWithoutARecordMatchesNobody) {
  EXPECT_EQ(parse(ed25519()), "accepted");
  FakeUsers users;
  const auto parsed = parse_policy(
      {"policy.toml", "[[principal]]\nname = 'a'\nkey = ['alice', 'bob']\n"}, users, configuration);
  EXPECT_TRUE(parsed);
  EXPECT_EQ(configuration.warnings,
            std::vector<std::string>{
                "policy.toml:3: 'key' names 'bob', of whom keys.d has no record: matches nobody"});
}

class PolicyKeyFolder : public TemporaryRoot {
 protected:
  void SetUp() override {
    TemporaryRoot::SetUp();
    make_file("/etc/mgr/policy.toml", "");
    make_folder("/etc/mgr/keys.d");
  }
  std::string load() {
    auto loaded = load_configuration(Paths(root));
    if (!loaded) return loaded.error().detail.substr(root.size() + sizeof "/etc/mgr");
    configuration = std::move(*loaded);
    return "loaded";
  }
  void make_key(const std::string& name, const std::string& text, mode_t mode = 0644) {
    make_file("/etc/mgr/keys.d/" + name, text, mode);
  }
  const std::string secret = std::string(64, 'a') + "\n";
  Configuration configuration;
};

TEST_F(PolicyKeyFolder, IsReadByName) {
  make_key("bob.toml", ed25519());
  make_key("alice.toml", ed25519("", other_public_key));
  make_key(".carol.toml.new", "half a record");
  make_key("dave.toml~", "no record");
  EXPECT_EQ(load(), "loaded");
  ASSERT_EQ(configuration.keys.size(), 2U);
  EXPECT_EQ(configuration.keys[0].record.id, "alice");
  EXPECT_EQ(configuration.keys[1].record.id, "bob");
}

TEST_F(PolicyKeyFolder, RefusesANameThatIsNoId) {
  for (const std::string& name :
       {std::string("Alice"), std::string("1"), std::string("a b"), "a" + std::string(32, 'b')}) {
    make_key(name + ".toml", ed25519());
    EXPECT_EQ(load(), "keys.d/" + name +
                          ".toml: the file's name is the key's id and .toml: an id is a-z, then up "
                          "to 31 of a-z 0-9 _ - .");
    std::filesystem::remove(root + "/etc/mgr/keys.d/" + name + ".toml");
  }
}

TEST_F(PolicyKeyFolder, RefusesWhatOthersCanWrite) {
  make_key("alice.toml", ed25519(), 0664);
  EXPECT_EQ(load(), "keys.d/alice.toml: writable by its group (mode 0664)");
  change_mode("/etc/mgr/keys.d/alice.toml", 0644);
  change_owner("/etc/mgr/keys.d/alice.toml", 1500);
  EXPECT_EQ(load(), "keys.d/alice.toml: belongs to uid 1500, not to root");
  change_owner("/etc/mgr/keys.d/alice.toml", 0);
  change_mode("/etc/mgr/keys.d", 0777);
  EXPECT_EQ(load(), "keys.d: writable by its group (mode 0777)");
}

TEST_F(PolicyKeyFolder, ASecretIsThereAndRootsAlone) {
  make_key("shop.toml", "type = 'hmac-sha256'");
  EXPECT_TRUE(load().starts_with("keys.d/shop.secret: does not exist"));
  for (const mode_t loose : {0640U, 0604U, 0644U}) {
    make_key("shop.secret", secret, loose);
    EXPECT_EQ(load(), "keys.d/shop.secret: is a secret, and not root's alone: chmod 600") << loose;
  }
  make_key("shop.secret", secret, 0600);
  EXPECT_EQ(load(), "loaded");
  change_owner("/etc/mgr/keys.d/shop.secret", 1500);
  EXPECT_EQ(load(), "keys.d/shop.secret: belongs to uid 1500, not to root");
  change_owner("/etc/mgr/keys.d/shop.secret", 0);
  std::filesystem::create_hard_link(root + "/etc/mgr/keys.d/shop.secret", root + "/etc/second");
  EXPECT_EQ(load(), "keys.d/shop.secret: is a secret with more than one name");
  std::filesystem::remove(root + "/etc/mgr/keys.d/shop.secret");
  std::filesystem::create_symlink("/etc/second", root + "/etc/mgr/keys.d/shop.secret");
  EXPECT_EQ(load(), "keys.d/shop.secret: is a symbolic link");
}

TEST_F(PolicyKeyFolder, ASecretHasALength) {
  make_key("shop.toml", "type = 'hmac-sha256'");
  for (const std::size_t length : {0U, 63U, 130U}) {
    make_key("shop.secret", std::string(length, 'a'), 0600);
    EXPECT_EQ(load(), "keys.d/shop.secret: is too short or too long a secret") << length;
  }
  for (const std::size_t length : {64U, 128U}) {
    make_key("shop.secret", std::string(length, 'a') + "\n", 0600);
    EXPECT_EQ(load(), "loaded") << length;
  }
}

TEST_F(PolicyKeyFolder, ASecretThatNoKeyUsesIsAWarning) {
  make_key("shop.toml", "type = 'hmac-sha256'\nrevoked = true");
  make_key("bob.toml", ed25519());
  EXPECT_EQ(load(), "loaded");
  EXPECT_TRUE(configuration.warnings.empty());
  make_key("shop.secret", secret, 0600);
  make_key("bob.secret", secret, 0600);
  make_key("nobody.secret", secret, 0600);
  EXPECT_EQ(load(), "loaded");
  EXPECT_EQ(configuration.warnings.size(), 3U);
}

TEST_F(PolicyKeyFolder, OfAnotherMachineIsLookedAtWithoutItsSecrets) {
  make_key("shop.toml", "type = 'hmac-sha256'");
  const auto loaded = load_for_review(root + "/etc/mgr");
  ASSERT_TRUE(loaded) << loaded.error().detail;
  EXPECT_EQ(loaded->keys.size(), 1U);
}

TEST_F(PolicyKeyFolder, HasRoomForSoManyAndNoMore) {
  for (std::size_t i = 0; i <= most_keys; ++i) {
    make_key("k" + std::to_string(i) + ".toml", "type = 'hmac-sha256'");
    make_key("k" + std::to_string(i) + ".secret", secret, 0600);
  }
  EXPECT_EQ(load(), "keys.d: more than 4096 keys that are not revoked");
  make_key("k0.toml", "type = 'hmac-sha256'\nrevoked = true");
  EXPECT_EQ(load(), "loaded");
}

TEST(PolicyReview, TellsKeysAsTheyAreDeclared) {
  Principal anyone;
  anyone.is_anyone = true;
  PolicyReview review;
  review.policy.principals = {anyone};
  review.keys = {{{"alice", KeyType::ed25519, std::string(32, 'k'), 1, 2}, true, "c", "f"}};
  const auto decoded = decode_review(encode(review));
  ASSERT_TRUE(decoded);
  ASSERT_EQ(decoded->keys.size(), 1U);
  EXPECT_EQ(decoded->keys.front().record, review.keys.front().record);
  EXPECT_TRUE(decoded->keys.front().revoked);
  EXPECT_EQ(decoded->keys.front().comment, "c");
  EXPECT_EQ(decoded->keys.front().file, "f");
}

// Else the fuzz target would look at nothing but a format number.
TEST(PolicyReview, FilesOfTheCorpusAreOfThisFormat) {
  for (const std::string name : {"default", "appliance", "hostile"}) {
    std::ifstream file(MGR_SOURCE "/tests/fuzz/corpus/policy_review/" + name, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    EXPECT_TRUE(decode_review(bytes)) << name;
  }
}

}  // namespace
}  // namespace mgr
