// mgr.cgi, as the web server's user; distrusts who else may write to the folder.
#include "client/cgi/token_key.h"

#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "client/files.h"
#include "client/key_file.h"

namespace mgr::cgi {
namespace {

constexpr std::size_t secret_length = 32;

Judged<void> check_folder(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (!path.starts_with('/')) return broken("MGR_TOKEN_KEY: " + path + " is no absolute path");
  const std::string folder = slash == 0 ? "/" : path.substr(0, slash);
  struct stat status {};
  if (::stat(folder.c_str(), &status) != 0) return broken(folder + ": " + std::strerror(errno));
  if (status.st_uid != 0 && status.st_uid != ::geteuid()) {
    return broken(folder + ": neither root's nor this user's, so the token key is not safe in it");
  }
  if ((status.st_mode & 022) != 0) {
    return broken(folder + ": others may write there, so the token key is not safe in it");
  }
  return {};
}

// Another mgr.cgi may be first.
Judged<void> make_key(const std::string& path) {
  const auto key = client::generate_key("token", KeyType::hmac_sha256);
  const auto text = key ? client::secret_line(*key) : tl::unexpected(key.error());
  if (!text) return broken(text.error().detail);
  const auto created = client::create_file(path, text->view(), 0600);
  if (!created && !client::exists(path)) return broken(created.error().detail);
  return {};
}

}  // namespace

Judged<Guarded> token_key(const std::string& path) {
  if (sodium_init() < 0) return broken("libsodium does not start");
  const auto folder = check_folder(path);
  if (!folder) return tl::unexpected(folder.error());
  if (!client::exists(path)) {
    const auto made = make_key(path);
    if (!made) return tl::unexpected(made.error());
  }
  auto secret = Guarded::read_hex_file(path, ::geteuid(), secret_length, secret_length);
  if (!secret) return broken(secret.error().detail);
  return std::move(*secret);
}

}  // namespace mgr::cgi
