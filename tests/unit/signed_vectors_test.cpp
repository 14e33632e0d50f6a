// The test vectors of PROTOCOL.md, against what broker, helper and clients sign and check with.
#include <gtest/gtest.h>
#include <sodium.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "protocol/key.h"
#include "protocol/signature.h"
#include "protocol/signed_request.h"

namespace mgr {
namespace {

using Json = nlohmann::json;

Json read_vectors() {
  std::ifstream file(MGR_PROTOCOL_TEXT);
  std::ostringstream text;
  text << file.rdbuf();
  const std::string whole = text.str();
  constexpr std::string_view opening = "\n```json\n";
  const std::size_t begin = whole.find(opening) + opening.size();
  return Json::parse(whole.substr(begin, whole.find("\n```\n", begin) - begin));
}

Guarded guarded(const std::string& hex) {
  return Guarded::make(hex.size() / 2,
                       [&](unsigned char* bytes) {
                         return sodium_hex2bin(bytes, hex.size() / 2, hex.data(), hex.size(),
                                               nullptr, nullptr, nullptr) == 0;
                       })
      .value();
}

class SignedVectors : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_GE(sodium_init(), 0); }

  [[nodiscard]] Json key_of(const Json& request) const {
    for (const Json& key : vectors_["keys"]) {
      if (key["id"] == request["key"]) return key;
    }
    throw std::runtime_error("a request of no key");
  }

  const Json vectors_ = read_vectors();
};

TEST_F(SignedVectors, PublicKeysBelongToTheirSeeds) {
  std::vector<Json> pairs{vectors_["host"]};
  for (const Json& key : vectors_["keys"]) {
    if (key["type"] == key_type_words[static_cast<std::size_t>(KeyType::ed25519)])
      pairs.push_back(key);
  }
  EXPECT_GE(pairs.size(), 2U);
  for (const Json& pair : pairs) {
    EXPECT_EQ(encode_base64(ed25519_public_key(guarded(pair["seed"]))), pair["public_key"]);
  }
}

TEST_F(SignedVectors, RequestsAreSignedSo) {
  ASSERT_GE(vectors_["requests"].size(), 4U);
  for (const Json& request : vectors_["requests"]) {
    const auto pairs = request["fields"].get<std::vector<std::pair<std::string, std::string>>>();
    std::vector<FieldView> fields;
    for (const auto& [name, value] : pairs) fields.push_back({name, value});
    const std::string text = signed_text(fields);
    EXPECT_EQ(sha256_hex(text), request["text_sha256"]) << text;
    const Json key = key_of(request);
    const bool is_hmac = key["type"] == "hmac-sha256";
    const std::string signature = is_hmac ? hmac_sha256(guarded(key["secret"]), text)
                                          : sign_ed25519(guarded(key["seed"]), text);
    EXPECT_EQ(encode_base64(signature), request["signature"]) << text;
    const std::string written = request["signature"];
    fields.push_back({"signature", written});
    EXPECT_EQ(signed_text(fields), text);
    const auto proffer = read_proffer(fields);
    ASSERT_TRUE(proffer) << proffer.error().detail;
    EXPECT_TRUE(check_freshness(*proffer, vectors_["host"]["id"].get<std::string>(), 1767323045));
  }
}

TEST_F(SignedVectors, RepliesAreSignedSo) {
  const std::string public_key =
      decode_base64(vectors_["host"]["public_key"].get<std::string>(), ed25519_public_key_length)
          .value();
  ASSERT_GE(vectors_["replies"].size(), 3U);
  for (const Json& reply : vectors_["replies"]) {
    const std::string line = reply["line"], signed_line = reply["signed_line"];
    const auto taken = take_signature(line);
    ASSERT_TRUE(taken) << line;
    EXPECT_EQ(taken->line, signed_line);
    EXPECT_EQ(taken->is_whole, line.find("\"signed\":5") == std::string::npos);
    const std::string text = signed_reply_text(reply["key"].get<std::string>(),
                                               reply["nonce"].get<std::string>(), signed_line);
    const auto signature = decode_base64(taken->signature, ed25519_signature_length);
    ASSERT_TRUE(signature) << line;
    EXPECT_TRUE(verify_ed25519(public_key, text, *signature));
    EXPECT_EQ(sign_ed25519(guarded(vectors_["host"]["seed"]), text), *signature);
    if (!taken->is_whole) continue;
    EXPECT_EQ(with_signature(signed_line, taken->signature), line);
  }
}

}  // namespace
}  // namespace mgr
