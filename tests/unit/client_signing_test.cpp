// What is signed, for which host, and which replies are believed.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "client/client.h"
#include "client/signed_reply.h"
#include "protocol/signature.h"
#include "protocol/signed_request.h"

namespace mgr::client {
namespace {

const std::string nonce(32, '7');

struct Host {
  Guarded seed = generate_key("host", KeyType::ed25519).value().secret;
  KnownHost known{"local", std::string(32, 'a'), ed25519_public_key(seed)};

  [[nodiscard]] std::string signature(const std::string& line, const std::string& about = nonce,
                                      const std::string& key = "alice") const {
    return encode_base64(sign_ed25519(seed, signed_reply_text(key, about, line + '\n')));
  }
  [[nodiscard]] std::string signed_line(const std::string& line) const {
    std::string whole = with_signature(line + '\n', signature(line));
    whole.pop_back();
    return whole;
  }
  // As the broker puts together what was signed, which ends with "}}", and what it adds.
  [[nodiscard]] std::string with_added(const std::string& line, const std::string& added,
                                       const std::string& behind = "") const {
    const std::string front = line.substr(0, line.size() - 2);
    return front + added + '}' + behind + ",\"signed\":" + std::to_string(front.size()) +
           ",\"signature\":\"" + signature(line) + "\"}";
  }
  [[nodiscard]] Outcome<Reply> check(const std::string& line) const {
    return check_reply(line, known, "alice", nonce);
  }
  [[nodiscard]] bool is_unproven(const std::string& line) const {
    const auto reply = check(line);
    return !reply && reply.error().kind == Failure::Kind::unproven_reply;
  }
};

constexpr const char* yes = R"({"success":true,"msg":"reboot ok"})";
constexpr const char* no =
    R"({"success":false,"msg":{"err_code":4},"error":"denied","detail":"d"})";
constexpr const char* printed = R"({"success":true,"msg":"show ok","data":{"job":7,"exit":0}})";

TEST(ClientSignedReply, BelievesTheHost) {
  const Host host;
  const auto reply = host.check(host.signed_line(yes));
  ASSERT_TRUE(reply) << reply.error().detail;
  EXPECT_TRUE(reply->success);
  EXPECT_EQ(reply->msg, "reboot ok");
  EXPECT_FALSE(reply->is_unproven);
  const auto refusal = host.check(host.signed_line(no));
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->err_code, 4);
  EXPECT_FALSE(refusal->is_unproven);
}

TEST(ClientSignedReply, BelievesNoSuccessWithoutASignature) {
  const Host host;
  EXPECT_TRUE(host.is_unproven(yes));
  EXPECT_TRUE(host.is_unproven(printed));
}

TEST(ClientSignedReply, ShowsARefusalWithoutASignatureAsTheBrokers) {
  const auto reply = Host().check(no);
  ASSERT_TRUE(reply);
  EXPECT_TRUE(reply->is_unproven);
}

TEST(ClientSignedReply, RefusesAnotherHostsAnotherNoncesAndAlteredOnes) {
  const Host host, other;
  EXPECT_TRUE(host.is_unproven(other.signed_line(yes)));
  EXPECT_TRUE(host.is_unproven(other.signed_line(no)));
  std::string whole =
      with_signature(std::string(yes) + '\n', host.signature(yes, std::string(32, '8')));
  whole.pop_back();
  EXPECT_TRUE(host.is_unproven(whole));
  // The answer that somebody has had under the same nonce for a request of their own.
  whole = with_signature(std::string(yes) + '\n', host.signature(yes, nonce, "mallory"));
  whole.pop_back();
  EXPECT_TRUE(host.is_unproven(whole));
  const std::string line = host.signed_line(printed);
  for (std::size_t i = 0; i + 1 < line.size(); ++i) {
    std::string altered = line;
    altered[i] = static_cast<char>(altered[i] ^ 1);
    EXPECT_FALSE(host.check(altered).has_value() && !host.check(altered)->is_unproven) << altered;
  }
  std::string refusal = host.signed_line(no);
  refusal.replace(refusal.find("denied"), 6, "failed");
  EXPECT_TRUE(host.is_unproven(refusal));
}

TEST(ClientSignedReply, LinesThatOthersFollowProveNothingAndAreTaken) {
  const auto reply = Host().check(R"({"success":true,"msg":"follow ok","more":true})");
  ASSERT_TRUE(reply);
  EXPECT_TRUE(reply->more);
}

TEST(ClientSignedReply, TakesWhatACommandPrintedFromTheBroker) {
  const Host host;
  const auto reply = host.check(host.with_added(printed, R"(,"stdout":"a","left_out":3)"));
  ASSERT_TRUE(reply) << reply.error().detail;
  EXPECT_NE(reply->data_json.find("\"stdout\":\"a\""), std::string::npos);
  EXPECT_TRUE(host.check(host.with_added(printed, R"(,"output":{"job":1})")));
  EXPECT_TRUE(host.check(host.with_added(printed, "")));
}

TEST(ClientSignedReply, TakesNothingElseFromTheBroker) {
  const Host host;
  for (const char* added : {R"(,"job":8)", R"(,"exit":0)", R"(,"more":1)", R"(,"jobs":[])",
                            R"(,"stdout":"a","stdout":"b")", R"(},"data":{"job":9)"}) {
    EXPECT_TRUE(host.is_unproven(host.with_added(printed, added))) << added;
  }
  for (const char* behind : {R"(,"success":false)", R"(,"msg":"x")", R"(,"audit":1)",
                             R"(,"data":{"job":9})", R"(,"signature":"x")"}) {
    EXPECT_TRUE(host.is_unproven(host.with_added(printed, "", behind))) << behind;
  }
}

TEST(ClientSignedReply, OutputBelongsToDataAlone) {
  const Host host;
  // It ends with two braces, but the inner ones are not those of `data`.
  const std::string line = R"({"success":false,"error":"failed","msg":{"err_code":2}})";
  EXPECT_TRUE(host.is_unproven(host.with_added(line, R"(,"stdout":"a")")));
  const std::string nested = R"({"success":true,"msg":"x ok","data":{"a":{"b":1}}})";
  const auto reply = host.check(host.signed_line(nested));
  EXPECT_TRUE(reply);
}

class ClientSigning : public testing::TestWithParam<KeyType> {
 protected:
  Signer signer_{generate_key("alice", GetParam()).value(), "/k", Host().known};
};

std::vector<FieldView> parsed(const std::string& bytes) {
  std::vector<FieldView> fields;
  std::string_view rest = bytes;
  while (!rest.starts_with('\n')) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    const std::size_t colon = line.find(':');
    std::string_view value = line.substr(colon + 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    while (value.ends_with(' ')) value.remove_suffix(1);
    fields.push_back({line.substr(0, colon), value});
    rest.remove_prefix(line.size() + 1);
  }
  return fields;
}

TEST_P(ClientSigning, SignsAllThatTheBrokerReads) {
  Request request{"scan", "start", {{"TASK_IDS", " 1,2 "}}, "alice"};
  request.body = "abc";
  const auto written = write_signed_request(request, signer_);
  ASSERT_TRUE(written) << written.error().detail;
  EXPECT_TRUE(written->bytes.ends_with("\n\nabc"));
  const auto fields = parsed(written->bytes);
  const auto proffer = read_proffer(fields);
  ASSERT_TRUE(proffer) << proffer.error().detail;
  EXPECT_EQ(proffer->key, "alice");
  EXPECT_EQ(proffer->nonce, written->nonce);
  EXPECT_EQ(proffer->body, sha256_hex("abc"));
  EXPECT_TRUE(check_freshness(*proffer, signer_.host.id, std::time(nullptr)));
  const std::string text = signed_text(fields);
  if (GetParam() == KeyType::hmac_sha256) {
    EXPECT_EQ(decode_base64(proffer->signature, 32), hmac_sha256(signer_.key.secret, text));
  } else {
    EXPECT_TRUE(verify_ed25519(ed25519_public_key(signer_.key.secret), text,
                               decode_base64(proffer->signature, 64).value()));
  }
}

TEST_P(ClientSigning, EachIsOfItsOwnNonce) {
  const Request request{"mgr", "ping", {}, ""};
  EXPECT_NE(write_signed_request(request, signer_)->nonce,
            write_signed_request(request, signer_)->nonce);
}

INSTANTIATE_TEST_SUITE_P(Types, ClientSigning,
                         testing::Values(KeyType::ed25519, KeyType::hmac_sha256));

class ClientKnownHosts : public testing::Test {
 protected:
  std::string write(const std::string& text, mode_t mode = 0644) {
    const std::string path = testing::TempDir() + "mgr-known-hosts";
    std::ofstream(path) << text;
    ::chmod(path.c_str(), mode);
    return path;
  }
  const std::string id_ = std::string(32, 'b');
  const std::string line_ = id_ + " ed25519:" + encode_base64(Host().known.public_key);
};

TEST_F(ClientKnownHosts, AreFoundByTheirNameToTheLetter) {
  const std::string path =
      write("# those of ours\n\na.org:1 " + line_ + "\n\tb.org:1  " + line_ + " ");
  const auto host = find_known_host("b.org:1", {"/nonexistent", path});
  ASSERT_TRUE(host) << host.error().detail;
  EXPECT_EQ(host->id, id_);
  EXPECT_EQ(host->place, path + ":4");
  for (const char* name : {"b.org:2", "b.org", "B.org:1", "local"}) {
    EXPECT_FALSE(find_known_host(name, {path})) << name;
  }
}

TEST_F(ClientKnownHosts, RefusesWhatIsNoneAndWhatOthersMayWrite) {
  for (const std::string& text : std::vector<std::string>{
           "a:1 " + line_ + "\nhost\n", "a:1 " + line_ + " more\n", "a:1 " + line_.substr(1) + '\n',
           "a:1 " + line_ + "\na:1 " + line_ + '\n', "a:1 " + id_ + " rsa:AAAA\n",
           "a:1 " + id_ + " ed25519:" + encode_base64(std::string(32, '\0'))}) {
    EXPECT_FALSE(find_known_host("a:1", {write(text)})) << text;
  }
  EXPECT_FALSE(find_known_host("a:1", {write("a:1 " + line_ + '\n', 0664)}));
  EXPECT_FALSE(find_known_host("a:1", {write("a:1 " + line_ + '\n', 0646)}));
  EXPECT_TRUE(find_known_host("a:1", {write("a:1 " + line_ + '\n')}));
}

TEST(ClientHostPort, IsAHostAndAPort) {
  EXPECT_EQ(parse_host_port("example.org:6667")->host, "example.org");
  EXPECT_EQ(parse_host_port("[::1]:1")->host, "::1");
  EXPECT_EQ(parse_host_port("[::1]:1")->name, "[::1]:1");
  for (const char* text : {"", "a", "a:", ":1", "a:0", "a:01", "a:65536", "a:1 ", "::1:1", "[]:1",
                           "[a:1", "a b:1", "-a:1", "a/b:1", "a\n:1", "a:+1"}) {
    EXPECT_FALSE(parse_host_port(text)) << text;
  }
}

TEST(ClientServer, WhatIsGivenIsAboutThisMachineOrAnother) {
  ServerChoice choice;
  choice.no_sign = true;
  choice.env_host = "a.org:1";
  EXPECT_EQ(choose_server(choice)->host->name, "a.org:1");
  choice.root = "/r";
  EXPECT_FALSE(choose_server(choice)->host);
  EXPECT_EQ(choose_server(choice)->socket_path, "/r/run/mgr.sock");
  choice.host = "b.org:1";
  EXPECT_EQ(choose_server(choice)->host->name, "b.org:1");
  choice.host = "b.org";
  EXPECT_FALSE(choose_server(choice));
}

}  // namespace
}  // namespace mgr::client
