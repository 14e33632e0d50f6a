// Tokens, and the file of the secret that makes them.
#include "client/cgi/token.h"

#include <gtest/gtest.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <barrier>
#include <filesystem>
#include <fstream>
#include <thread>

#include "client/cgi/token_key.h"

namespace mgr::cgi {
namespace {

constexpr std::int64_t now = 1'800'000'000;
const TokenHolder alice{"alice", "panel.example.net"};

Guarded secret_of(unsigned char byte) {
  EXPECT_GE(sodium_init(), 0);
  return Guarded::make(32,
                       [&](unsigned char* bytes) {
                         std::fill_n(bytes, 32, byte);
                         return true;
                       })
      .value();
}

// What the page is told: "" where the token is good.
std::string told(const Guarded& secret, const TokenHolder& holder, std::int64_t at,
                 std::string_view token) {
  const auto checked = check_token(secret, holder, at, token);
  if (checked) return "";
  EXPECT_EQ(checked.error().status, 403);
  EXPECT_EQ(checked.error().error.code, ErrorCode::denied);
  return checked.error().data;
}

constexpr const char* expired = R"({"token":"expired"})";

TEST(CgiToken, IsGoodForWhomItWasMadeForTwelveHours) {
  const Guarded secret = secret_of(7);
  const std::string token = make_token(secret, alice, now);
  EXPECT_EQ(token.substr(0, 11), "1800043200.");
  EXPECT_EQ(token.size(), 11U + 64U);
  for (const std::int64_t at : {now, now + 1, now + token_seconds - 1}) {
    EXPECT_EQ(told(secret, alice, at, token), "") << at;
  }
  for (const std::int64_t at :
       {now + token_seconds, now + 10 * token_seconds, now - 1, std::int64_t{0}}) {
    EXPECT_EQ(told(secret, alice, at, token), expired) << at;
  }
}

TEST(CgiToken, IsNobodyElses) {
  const Guarded secret = secret_of(7);
  const std::string token = make_token(secret, alice, now);
  for (const TokenHolder& holder :
       {TokenHolder{"bob", alice.host}, TokenHolder{alice.user, "box.lan"},
        TokenHolder{"", alice.host}, TokenHolder{"Alice", alice.host},
        TokenHolder{alice.host, alice.user}}) {
    EXPECT_EQ(told(secret, holder, now, token), expired) << holder.user << holder.host;
  }
  EXPECT_EQ(told(secret_of(8), alice, now, token), expired);
}

TEST(CgiToken, EveryByteOfItCounts) {
  const Guarded secret = secret_of(7);
  const std::string token = make_token(secret, alice, now);
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string altered = token;
    altered[i] = static_cast<char>(altered[i] ^ 1);
    EXPECT_EQ(told(secret, alice, now, altered), expired) << i;
    EXPECT_EQ(told(secret, alice, now, token.substr(0, i)),
              i == 0 ? R"({"token":"missing"})" : expired)
        << i;
  }
  for (const std::string& other :
       {token + 'a', token + '\n', ' ' + token, '+' + token, "." + token, token.substr(0, 11),
        token.substr(10), std::string("."), token + token}) {
    EXPECT_EQ(told(secret, alice, now, other), expired) << other;
  }
}

class CgiTokenKey : public testing::Test {
 protected:
  CgiTokenKey() {
    std::string pattern = "/tmp/mgr-cgi-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }
  ~CgiTokenKey() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::string path() const { return folder_ + "/token.key"; }
  // Why there is none; "" where there is one.
  [[nodiscard]] std::string notes() const {
    const auto key = token_key(path());
    return key ? "" : key.error().notes;
  }
  void write(const std::string& text, mode_t mode = 0600) const {
    std::ofstream(path()) << text;
    ::chmod(path().c_str(), mode);
  }

  std::string folder_;
};

TEST_F(CgiTokenKey, IsMadeOnceAndKept) {
  const auto first = token_key(path()), second = token_key(path());
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->size(), 32U);
  EXPECT_EQ(first->view(), second->view());
  struct stat status {};
  ASSERT_EQ(::stat(path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600U);
  std::filesystem::remove(path());
  EXPECT_NE(token_key(path())->view(), first->view());
}

TEST_F(CgiTokenKey, OfManyWhoMakeItAtOnceAllHaveTheSame) {
  constexpr int count = 16;
  std::vector<std::string> seen(count);
  std::barrier start(count);
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) {
    threads.emplace_back([&, i] {
      start.arrive_and_wait();
      const auto key = token_key(path());
      seen[static_cast<std::size_t>(i)] = key ? std::string(key->view()) : key.error().notes;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(seen, std::vector<std::string>(count, std::string(token_key(path())->view())));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}),
            1);  // nothing beside it
}

TEST_F(CgiTokenKey, LiesWhereNobodyElseMayWrite) {
  for (const mode_t mode : {0777U, 0722U, 0720U, 01777U}) {
    ASSERT_EQ(::chmod(folder_.c_str(), mode), 0);
    EXPECT_NE(notes(), "") << mode;
    EXPECT_FALSE(std::filesystem::exists(path())) << mode;
  }
  ASSERT_EQ(::chmod(folder_.c_str(), 0755), 0);
  EXPECT_EQ(notes(), "");
}

TEST_F(CgiTokenKey, IsASecretOfThisUsersAlone) {
  const std::string good = std::string(64, 'a') + '\n';
  write(good);
  EXPECT_EQ(notes(), "");
  for (const mode_t mode : {0644U, 0640U, 0602U}) {
    write(good, mode);
    EXPECT_NE(notes(), "") << mode;
  }
  for (const std::string& text : {std::string(), std::string("\n"), good.substr(2), "aa" + good,
                                  std::string(64, 'g'), std::string(32, '\0')}) {
    std::filesystem::remove(path());
    write(text);
    EXPECT_NE(notes(), "") << text;
  }
}

TEST_F(CgiTokenKey, IsNoLink) {
  std::filesystem::create_symlink("/etc/passwd", path());
  EXPECT_NE(notes(), "");
  std::filesystem::remove(path());
  std::filesystem::create_symlink(folder_ + "/elsewhere", path());
  EXPECT_NE(notes(), "");
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/elsewhere"));
  EXPECT_FALSE(token_key("token.key"));
  EXPECT_FALSE(token_key(""));
  EXPECT_FALSE(token_key(folder_ + "/none/token.key"));
}

}  // namespace
}  // namespace mgr::cgi
