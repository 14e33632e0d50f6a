// Private key files: what is written is read again, and what is loose or no key is refused.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "client/key_file.h"
#include "client/keys/key_record.h"
#include "client/server.h"
#include "protocol/signature.h"

namespace mgr::client {
namespace {

// RFC 8410, section 10.3: the private key of an example, whose public half is in section 10.1.
constexpr const char* rfc_key =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
    "-----END PRIVATE KEY-----\n";
constexpr const char* rfc_public = "ed25519:Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=";

class ClientKeyFile : public testing::Test {
 protected:
  ClientKeyFile() {
    std::string name = testing::TempDir() + "mgr-key-XXXXXX";
    folder_ = ::mkdtemp(name.data());
  }
  ~ClientKeyFile() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& text, mode_t mode = 0600) {
    const std::string path = folder_ + "/key";
    ::unlink(path.c_str());
    std::ofstream(path) << text;
    ::chmod(path.c_str(), mode);
    return path;
  }
  std::string refusal(const std::string& text, mode_t mode = 0600) {
    const auto key = read_key_file(write(text, mode));
    return key ? "none" : key.error().detail;
  }

  std::string folder_;
};

TEST_F(ClientKeyFile, IsReadAsItWasWritten) {
  for (const KeyType type : {KeyType::ed25519, KeyType::hmac_sha256}) {
    const std::string path = folder_ + "/new-" + std::to_string(static_cast<int>(type));
    const auto made = generate_key("alice", type);
    ASSERT_TRUE(made);
    ASSERT_TRUE(write_key_file(path, *made));
    struct stat status {};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0600U);
    const auto read = read_key_file(path);
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_EQ(read->id, "alice");
    EXPECT_EQ(read->type, type);
    EXPECT_EQ(read->secret.view(), made->secret.view());
    EXPECT_FALSE(write_key_file(path, *made));  // never over anything
  }
}

TEST_F(ClientKeyFile, TakesTheKeyOfTheStandard) {
  const auto key = read_key_file(write(std::string("id:a\ntype:ed25519\n") + rfc_key));
  ASSERT_TRUE(key) << key.error().detail;
  EXPECT_EQ(public_text(*key), rfc_public);
}

TEST_F(ClientKeyFile, RefusesWhatOthersMayRead) {
  const std::string good = std::string("id:a\ntype:ed25519\n") + rfc_key;
  for (const mode_t mode : {0640U, 0604U, 0620U, 0602U, 0610U, 0601U, 0777U}) {
    EXPECT_NE(refusal(good, mode).find("chmod 600"), std::string::npos) << mode;
  }
  EXPECT_EQ(refusal(good, 0400), "none");
}

TEST_F(ClientKeyFile, RefusesALinkAFolderAFifoAndNothing) {
  const std::string path = write(std::string("id:a\ntype:ed25519\n") + rfc_key);
  const std::string link = folder_ + "/link";
  ASSERT_EQ(::symlink(path.c_str(), link.c_str()), 0);
  EXPECT_FALSE(read_key_file(link));
  EXPECT_FALSE(read_key_file(folder_));
  EXPECT_FALSE(read_key_file(folder_ + "/none"));
  const std::string fifo = folder_ + "/fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_FALSE(read_key_file(fifo));
}

TEST_F(ClientKeyFile, RefusesWhatIsNoKeyAndTellsNothingOfIt) {
  const std::string pem = rfc_key;
  const std::string hex(64, 'a');
  std::string other_algorithm = pem;
  other_algorithm.replace(other_algorithm.find("K2Vw"), 4, "K2Vu");  // X25519's
  for (const std::string& text : std::vector<std::string>{
           "",
           "id:a\n",
           pem,
           "type:ed25519\nid:a\n" + pem,
           "id:A\ntype:ed25519\n" + pem,
           "id:a\ntype:rsa\n" + pem,
           "id:a\ntype:ed25519\n",
           "id:a\r\ntype:ed25519\r\n" + pem,
           "id:a\ntype:ed25519\nmore:1\n" + pem,
           "id:a\ntype:ed25519\n" + pem + "more\n",
           "id:a\ntype:ed25519\n" + pem.substr(0, pem.size() - 2),
           "id:a\ntype:ed25519\n" + other_algorithm,
           "id:a\ntype:hmac-sha256\n" + pem,
           "id:a\ntype:ed25519\nsecret:" + hex + '\n',
           "id:a\ntype:hmac-sha256\nsecret:" + hex + "\nmore\n",
           "id:a\ntype:hmac-sha256\nsecret:" + hex.substr(2) + '\n',
           "id:a\ntype:hmac-sha256\nsecret:" + hex.substr(1) + '\n',
           "id:a\ntype:hmac-sha256\nsecret:" + std::string(130, 'a') + '\n',
           "id:a\ntype:hmac-sha256\nsecret:" + std::string(64, 'x') + '\n',
           "id:a\ntype:hmac-sha256\nsecret:" + hex + '\n' + std::string(5000, '\n')}) {
    const std::string why = refusal(text);
    EXPECT_NE(why, "none") << text;
    EXPECT_EQ(why.find("aaaa"), std::string::npos);
  }
  EXPECT_EQ(refusal("id:a\ntype:hmac-sha256\nsecret:" + hex + '\n'), "none");
}

TEST_F(ClientKeyFile, IsLookedForInThisOrder) {
  ServerChoice choice;
  choice.env_home = folder_;
  choice.root = folder_;
  choice.uid = 0;
  EXPECT_EQ(choose_key_file(choice), std::nullopt);
  std::filesystem::create_directories(folder_ + "/etc/mgr");
  std::ofstream(folder_ + "/etc/mgr/root.key") << "x";
  EXPECT_EQ(choose_key_file(choice), folder_ + "/etc/mgr/root.key");
  choice.uid = 1000;
  EXPECT_EQ(choose_key_file(choice), std::nullopt);
  std::filesystem::create_directories(folder_ + "/.config/mgr");
  std::ofstream(folder_ + "/.config/mgr/key") << "x";
  EXPECT_EQ(choose_key_file(choice), folder_ + "/.config/mgr/key");
  choice.env_config_home = "relative";  // is passed over, by the XDG specification
  EXPECT_EQ(choose_key_file(choice), folder_ + "/.config/mgr/key");
  choice.env_config_home = folder_ + "/none";
  EXPECT_EQ(choose_key_file(choice), std::nullopt);
  choice.env_key = "/k";
  EXPECT_EQ(choose_key_file(choice), "/k");
  choice.key_file = "/o";
  EXPECT_EQ(choose_key_file(choice), "/o");
  choice.no_sign = true;
  EXPECT_EQ(choose_key_file(choice), std::nullopt);
}

TEST_F(ClientKeyFile, AnEmptyVariableSignsNothing) {
  ServerChoice choice;
  choice.env_home = folder_;
  choice.env_key = "";
  std::filesystem::create_directories(folder_ + "/.config/mgr");
  std::ofstream(folder_ + "/.config/mgr/key") << "x";
  EXPECT_EQ(choose_key_file(choice), std::nullopt);
}

TEST(ClientPublicKey, IsAPointThatAKeyCanBe) {
  EXPECT_TRUE(read_public_text(rfc_public));
  EXPECT_FALSE(read_public_text(std::string_view(rfc_public).substr(8)));
  EXPECT_FALSE(read_public_text("ed25519:"));
  EXPECT_FALSE(read_public_text("ed25519:" + encode_base64(std::string(31, 'x'))));
  EXPECT_FALSE(read_public_text("ed25519:" + encode_base64(std::string(32, '\0'))));  // order 4
  EXPECT_FALSE(read_public_text("ed25519:" + encode_base64(std::string(32, '\xff'))));
}

TEST(ClientKeyRecord, TimesAreOfOneMomentInEveryZone) {
  EXPECT_EQ(parse_validity("1970-01-02"), 86400);
  EXPECT_EQ(parse_validity("1970-01-02T00:00:01Z"), 86401);
  EXPECT_EQ(parse_validity("1970-01-02T01:00:00+01:00"), 86400);
  EXPECT_EQ(parse_validity("1970-01-01T23:30:00-00:30"), 86400);
  for (const char* text : {"", "2027", "2027-02-30", "2027-01-01T00:00:00", "2027-01-01 00:00:00Z",
                           "2027-01-01T00:00:00+1:00", "2027-01-01T00:00:00.5Z", "tomorrow"}) {
    EXPECT_FALSE(parse_validity(text)) << text;
  }
  EXPECT_EQ(validity_text(86401), "1970-01-02T00:00:01Z");
}

TEST(ClientKeyRecord, HoldsNothingButWhatItIsMadeOf) {
  const std::string text =
      record_text({KeyType::ed25519, "AAA=", 0, 86400, "a \"b\" \\ c\nrevoked = true"});
  EXPECT_NE(text.find("type = \"ed25519\"\npublic_key = \"AAA=\"\n"), std::string::npos);
  EXPECT_NE(text.find("not_after = 1970-01-02T00:00:00Z\n"), std::string::npos);
  EXPECT_EQ(text.find("\nrevoked"), std::string::npos);
}

TEST(ClientKeyRecord, IsRevokedOnceAndStaysAsItWas) {
  EXPECT_EQ(revoked_text("type = \"x\""), "type = \"x\"\nrevoked = true\n");
  EXPECT_EQ(revoked_text("revoked = false\n# revoked = no\nrevoked_by = 1\n"),
            "# revoked = no\nrevoked_by = 1\nrevoked = true\n");
  EXPECT_EQ(revoked_text(" revoked\t= true # why\na = 1\n"), "a = 1\nrevoked = true\n");
}

}  // namespace
}  // namespace mgr::client
