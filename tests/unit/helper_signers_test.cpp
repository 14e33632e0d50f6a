// What verifies, and as whose.
#include "helper/signers.h"

#include <gtest/gtest.h>
#include <sodium.h>
#include <sys/stat.h>

#include <fstream>

#include "helper_scratch.h"
#include "protocol/signature.h"

namespace mgr {
namespace {

const int ready = sodium_init();

class SignersTest : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(folder());
    write_secret("hugo", secret_hex_);
    ed_.id = "alice";
    ed_.public_key = ed25519_public_key(seed_);
    hmac_.id = "hugo";
    hmac_.type = KeyType::hmac_sha256;
  }
  [[nodiscard]] std::string folder() const { return root_.paths().keys_folder(); }
  void write_secret(const std::string& id, const std::string& text, mode_t mode = 0600) const {
    const std::string path = folder() + '/' + id + ".secret";
    std::ofstream(path) << text << '\n';
    chmod(path.c_str(), mode);
  }
  [[nodiscard]] static std::vector<FieldView> fields(std::string_view key) {
    return {{"module", "mgr"}, {"action", "ping"}, {"auth-key", key}};
  }
  [[nodiscard]] bool verify(const Signers& signers, std::string_view key,
                            const std::string& signature, std::int64_t now = 1000) const {
    const std::string text = encode_base64(signature);
    Proffer proffer;
    proffer.key = key;
    proffer.signature = text;
    return signers.verify(proffer, fields(key), now);
  }
  [[nodiscard]] Signers load() const { return Signers::load({ed_, hmac_}, folder()).value(); }
  [[nodiscard]] std::string by_seed(std::string_view key) const {
    return sign_ed25519(seed_, signed_text(fields(key)));
  }
  [[nodiscard]] static std::string by(const Guarded& secret, std::string_view key) {
    return hmac_sha256(secret, signed_text(fields(key)));
  }

  ScratchRoot root_;
  Guarded seed_ = Guarded::random(32).value();
  Guarded secret_ = Guarded::random(48).value();
  std::string secret_hex_ = encode_hex(secret_.view());
  KeyRecord ed_, hmac_;
};

TEST_F(SignersTest, VerifyWhatTheyHaveSigned) {
  const Signers signers = load();
  EXPECT_TRUE(verify(signers, "alice", by_seed("alice")));
  EXPECT_TRUE(verify(signers, "hugo", by(secret_, "hugo")));
}

TEST_F(SignersTest, AreTheOnesThatTheRequestNames) {
  const Signers signers = load();
  EXPECT_FALSE(verify(signers, "hugo", by_seed("hugo")));
  EXPECT_FALSE(verify(signers, "alice", by(secret_, "alice")));
  EXPECT_FALSE(verify(signers, "alice", by_seed("hugo")));
  EXPECT_FALSE(verify(signers, "mallory", by_seed("mallory")));
  EXPECT_FALSE(verify(signers, "mallory", by(secret_, "mallory")));
  EXPECT_FALSE(verify(signers, "", by_seed("")));
}

// The type is the record's: a public key is no secret.
TEST_F(SignersTest, APublicKeyIsNoSecret) {
  const Signers signers = load();
  const Guarded as_secret = Guarded::make(32, [&](unsigned char* bytes) {
                              std::copy(ed_.public_key.begin(), ed_.public_key.end(), bytes);
                              return true;
                            }).value();
  EXPECT_FALSE(verify(signers, "alice", by(as_secret, "alice")));
}

TEST_F(SignersTest, AreNotThoseWhoNobodysKeyStandsFor) {
  const Signers signers = load();
  const Signers none;
  const Guarded zeros = Guarded::make(32, [](unsigned char* bytes) {
                          std::fill(bytes, bytes + 32, 0);
                          return true;
                        }).value();
  EXPECT_FALSE(verify(signers, "mallory", by(zeros, "mallory")));
  for (const std::size_t length : {0U, 1U, 31U, 32U, 33U, 63U, 64U, 65U, 4000U}) {
    for (const char* key : {"alice", "hugo", "mallory"}) {
      EXPECT_FALSE(verify(signers, key, std::string(length, '\0'))) << key << length;
      EXPECT_FALSE(verify(none, key, std::string(length, '\1'))) << key << length;
    }
  }
}

TEST_F(SignersTest, AreValidFromTheirFirstSecondToBeforeTheirLast) {
  ed_.not_before = hmac_.not_before = 1000;
  ed_.not_after = hmac_.not_after = 2000;
  const Signers signers = load();
  for (const std::int64_t now : {0, 999, 2000, 2001}) {
    EXPECT_FALSE(verify(signers, "alice", by_seed("alice"), now)) << now;
    EXPECT_FALSE(verify(signers, "hugo", by(secret_, "hugo"), now)) << now;
  }
  for (const std::int64_t now : {1000, 1999}) {
    EXPECT_TRUE(verify(signers, "alice", by_seed("alice"), now)) << now;
    EXPECT_TRUE(verify(signers, "hugo", by(secret_, "hugo"), now)) << now;
  }
}

TEST_F(SignersTest, AreNotLoadedWithASecretThatIsNone) {
  const auto complaint = [&] {
    const auto loaded = Signers::load({ed_, hmac_}, folder());
    return loaded ? std::string() : loaded.error().detail;
  };
  const std::string path = folder() + "/hugo.secret";
  EXPECT_EQ(complaint(), "");
  for (const std::string& text : {std::string("aa"), std::string(62, 'a'), std::string(130, 'a')}) {
    write_secret("hugo", text);
    EXPECT_NE(complaint().find(path), std::string::npos);
  }
  write_secret("hugo", secret_hex_, 0640);
  EXPECT_NE(complaint().find(path), std::string::npos);
  std::filesystem::remove(path);
  EXPECT_NE(complaint().find(path), std::string::npos);
}

}  // namespace
}  // namespace mgr
