// mgr-configure, root; distrusts what lies in the host's folder: a backup may have been put back in
// part, or a machine copied.
#include "helper/configure/host.h"

#include <sodium.h>

#include <array>

#include "helper/configure/new_file.h"
#include "helper/configure/prepare.h"
#include "helper/configure/root_key.h"
#include "helper/nonce_file.h"
#include "policy/open.h"
#include "protocol/guarded.h"
#include "protocol/signature.h"
#include "protocol/signed_request.h"

namespace mgr {
namespace {

constexpr const char* folder_in_root = "/var/lib/mgr/host";

std::string new_id() {
  std::array<char, host_id_length / 2> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  return encode_hex({bytes.data(), bytes.size()});
}

// A line of hex, which is never outside guarded memory.
Result<Guarded> hex_line(const Guarded& secret) {
  const std::size_t length = 2 * secret.size() + 1;
  return Guarded::make(length, [&](unsigned char* line) {
    sodium_bin2hex(reinterpret_cast<char*>(line), length, secret.data(), secret.size());
    line[length - 1] = '\n';  // in place of the NUL
    return true;
  });
}

Result<void> make_key(int folder) {
  if (is_there(folder, "key")) return {};
  const auto seed = Guarded::random(ed25519_seed_length);
  if (!seed) return tl::unexpected(seed.error());
  const auto line = hex_line(*seed);
  if (!line) return tl::unexpected(line.error());
  return make_file(folder, "key", 0600, line->view());
}

// Nobody can have signed for an id that is only now made, so nothing of it can have been recorded.
Result<void> make_nonces(const Paths& paths) {
  const auto folder = open_folder(paths.state_folder());
  if (!folder) return tl::unexpected(folder.error());
  if (is_there(folder->get(), "nonces")) return {};
  return make_file(folder->get(), "nonces", 0600, empty_nonce_file());
}

Result<void> make_once(const Paths& paths, int folder, std::vector<std::string>& warnings) {
  if (auto made = make_key(folder); !made) return made;
  // What is wrong with a key that was there shows before anything names it.
  const auto seed =
      Guarded::read_hex_file(paths.host_key_file(), 0, ed25519_seed_length, ed25519_seed_length);
  if (!seed) return tl::unexpected(seed.error());
  if (auto made = make_root_key(paths, warnings); !made) return made;
  if (auto made = make_nonces(paths); !made) return made;
  return make_file(folder, "id", 0644, new_id() + '\n');
}

Result<void> compare_or_make_known_host(const Paths& paths, int folder, const std::string& id) {
  const auto seed =
      Guarded::read_hex_file(paths.host_key_file(), 0, ed25519_seed_length, ed25519_seed_length);
  if (!seed) return tl::unexpected(seed.error());
  const std::string line =
      "local " + id + " ed25519:" + encode_base64(ed25519_public_key(*seed)) + '\n';
  const auto opened = TrustedFolder::open(paths.root, folder_in_root);
  if (!opened) return tl::unexpected(opened.error());
  const auto there = (*opened)->read("known_host");
  if (!there) return tl::unexpected(there.error());
  if (!*there) return make_file(folder, "known_host", 0644, line);
  if (**there == line) return {};
  return fail(ErrorCode::failed, paths.known_host_file() +
                                     ": not of the id and the key beside it; remove it, and the "
                                     "next start makes it");
}

}  // namespace

Result<std::string> read_host_id(const Paths& paths) {
  const auto folder = TrustedFolder::open(paths.root, folder_in_root);
  if (!folder) return tl::unexpected(folder.error());
  if (!*folder) return "";
  auto line = (*folder)->read("id");
  if (!line) return tl::unexpected(line.error());
  if (!*line) return "";
  std::string id = **line;
  if (id.ends_with('\n')) id.pop_back();
  const bool is_hex = id.find_first_not_of("0123456789abcdef") == id.npos;
  if (id.size() == host_id_length && is_hex) return id;
  return fail(ErrorCode::failed, paths.host_id_file() + ": not a line of 32 hex digits");
}

Result<HostIs> prepare_host(const Paths& paths, std::vector<std::string>& warnings) {
  if (auto made = make_folder(paths.host_folder(), 0755); !made) {
    return tl::unexpected(made.error());
  }
  auto id = read_host_id(paths);
  if (!id) return tl::unexpected(id.error());
  const auto folder = open_folder(paths.host_folder());
  if (!folder) return tl::unexpected(folder.error());
  const HostIs host = id->empty() ? HostIs::made_now : HostIs::there;
  if (host == HostIs::made_now) {
    id = make_once(paths, folder->get(), warnings).and_then([&] { return read_host_id(paths); });
    if (!id) return tl::unexpected(id.error());
  }
  return compare_or_make_known_host(paths, folder->get(), *id).map([&] { return host; });
}

}  // namespace mgr
