#include "protocol/signature.h"

#include <gtest/gtest.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

namespace mgr {
namespace {

const int ready = sodium_init();

std::string from_hex(std::string_view hex) {
  std::string bytes(hex.size() / 2, '\0');
  sodium_hex2bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), hex.data(),
                 hex.size(), nullptr, nullptr, nullptr);
  return bytes;
}

Guarded guarded(std::string_view bytes) {
  return Guarded::make(bytes.size(),
                       [&](unsigned char* to) {
                         std::copy(bytes.begin(), bytes.end(), to);
                         return true;
                       })
      .value();
}

// RFC 8032, section 7.1, test 2.
TEST(Signature, Ed25519IsThatOfTheRfc) {
  const Guarded seed =
      guarded(from_hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));
  const std::string key = ed25519_public_key(seed);
  EXPECT_EQ(encode_hex(key), "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  const std::string signature = sign_ed25519(seed, "\x72");
  EXPECT_EQ(encode_hex(signature),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
  EXPECT_EQ(sign_with_secret_key(ed25519_secret_key(seed).value(), "\x72"), signature);
  EXPECT_TRUE(verify_ed25519(key, "\x72", signature));
  EXPECT_FALSE(verify_ed25519(key, "\x73", signature));
  EXPECT_FALSE(verify_ed25519(key.substr(1), "\x72", signature));
  EXPECT_FALSE(verify_ed25519(key, "\x72", signature + '\0'));
  for (std::size_t bit = 0; bit < 8 * signature.size(); ++bit) {
    std::string altered = signature;
    altered[bit / 8] = static_cast<char>(altered[bit / 8] ^ (1 << bit % 8));
    EXPECT_FALSE(verify_ed25519(key, "\x72", altered)) << bit;
  }
}

TEST(Signature, NobodysKeyIsOneThatVerificationWorksOn) {
  EXPECT_TRUE(crypto_core_ed25519_is_valid_point(
      reinterpret_cast<const unsigned char*>(nobodys_ed25519_key.data())));
  EXPECT_FALSE(ed25519_secret_key(guarded("short")));
}

// RFC 4231, test cases 2 and 6: keys shorter and longer than a block's.
TEST(Signature, HmacIsThatOfTheRfc) {
  EXPECT_EQ(encode_hex(hmac_sha256(guarded("Jefe"), "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(encode_hex(hmac_sha256(guarded(std::string(131, '\xaa')),
                                   "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Signature, Sha256IsThatOfTheStandard) {
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Signature, Base64HasOneSpelling) {
  EXPECT_EQ(encode_base64("light w"), "bGlnaHQgdw==");
  EXPECT_EQ(decode_base64("bGlnaHQgdw==", 7), "light w");
  for (const char* wrong :
       {"bGlnaHQgdw", "bGlnaHQgdw=", "bGlnaHQgdx==", "bGlnaHQgdw==\n",
        "bGlnaHQgdw== ", " bGlnaHQgdw==", "bGlnaHQ-dw==", "bGlnaHQgdw===", ""}) {
    EXPECT_FALSE(decode_base64(wrong, 7)) << wrong;
  }
  EXPECT_FALSE(decode_base64("bGlnaHQgdw==", 6));
  EXPECT_FALSE(decode_base64("bGlnaHQgdw==", 8));
}

class SecretFile : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_NE(mkdtemp(folder_.data()), nullptr); }
  void TearDown() override {
    std::remove(path().c_str());
    std::remove((folder_ + "/link").c_str());
    rmdir(folder_.c_str());
  }
  [[nodiscard]] std::string path() const { return folder_ + "/secret"; }
  Result<Guarded> read(std::string_view text, mode_t mode = 0600) {
    std::ofstream(path()) << text;
    chmod(path().c_str(), mode);
    return Guarded::read_hex_file(path(), geteuid(), 32, 64);
  }
  std::string folder_ = "/tmp/mgr-secret-XXXXXX";
};

TEST_F(SecretFile, IsALineOfHex) {
  const std::string hex(64, 'a');
  ASSERT_TRUE(read(hex));
  EXPECT_EQ(read(hex + '\n')->view(), std::string(32, '\xaa'));
  EXPECT_EQ(read(hex + hex + '\n')->size(), 64U);
  for (const std::string& wrong :
       {hex.substr(2), hex + 'a', hex + hex + "aa", hex + "\n\n", hex + "\r\n", ' ' + hex,
        hex + " a", "0x" + hex, std::string(64, 'g'), std::string(), std::string(100000, 'a')}) {
    EXPECT_FALSE(read(wrong)) << wrong.substr(0, 200);
  }
}

TEST_F(SecretFile, IsItsOwnersAlone) {
  const std::string hex(64, 'a');
  for (const mode_t loose : {0640U, 0604U, 0620U, 0610U}) EXPECT_FALSE(read(hex, loose)) << loose;
  ASSERT_TRUE(read(hex));
  EXPECT_FALSE(Guarded::read_hex_file(path(), geteuid() + 1, 32, 64));
  const std::string link = folder_ + "/link";
  ASSERT_EQ(symlink(path().c_str(), link.c_str()), 0);
  EXPECT_FALSE(Guarded::read_hex_file(link, geteuid(), 32, 64));
  EXPECT_FALSE(Guarded::read_hex_file(folder_, geteuid(), 32, 64));
  const auto missing = Guarded::read_hex_file(folder_ + "/none", geteuid(), 32, 64);
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().detail.find("/none"), std::string::npos);
}

}  // namespace
}  // namespace mgr
