// mgr-configure, root; writes where it has seen that nobody else can.
#include "helper/configure/root_key.h"

#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

#include "helper/configure/new_file.h"
#include "helper/configure/prepare.h"
#include "policy/open.h"
#include "protocol/guarded.h"
#include "protocol/signature.h"

namespace mgr {
namespace {

constexpr const char* key_name = "root.key";
constexpr const char* record_name = "root.toml";

// PKCS#8 of an Ed25519 key (RFC 8410, section 10.3): this, and the seed.
constexpr std::array<unsigned char, 16> pkcs8_head{0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06,
                                                   0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20};
constexpr std::string_view text_before = "id:root\ntype:ed25519\n-----BEGIN PRIVATE KEY-----\n";
constexpr std::string_view text_after = "\n-----END PRIVATE KEY-----\n";

// As clients read it; all of it in guarded memory.
Result<Guarded> private_key_text(const Guarded& seed) {
  const std::size_t der_length = pkcs8_head.size() + seed.size();
  const auto der = Guarded::make(der_length, [&](unsigned char* to) {
    std::copy_n(seed.data(), seed.size(), std::ranges::copy(pkcs8_head, to).out);
    return true;
  });
  if (!der) return tl::unexpected(der.error());
  // With the NUL that is written over.
  const std::size_t encoded = sodium_base64_encoded_len(der_length, sodium_base64_VARIANT_ORIGINAL);
  const std::size_t length = text_before.size() + encoded - 1 + text_after.size();
  return Guarded::make(length, [&](unsigned char* to) {
    unsigned char* const digits = std::ranges::copy(text_before, to).out;
    sodium_bin2base64(reinterpret_cast<char*>(digits), encoded, der->data(), der->size(),
                      sodium_base64_VARIANT_ORIGINAL);
    std::ranges::copy(text_after, digits + encoded - 1);
    return true;
  });
}

std::string record_text(const Guarded& seed) {
  return "# Who signs with /etc/mgr/root.key, which root alone can read.\n"
         "type       = \"ed25519\"\n"
         "public_key = \"" +
         encode_base64(ed25519_public_key(seed)) +
         "\"\n"
         "comment    = \"root, made at the first start\"\n";
}

// The private half gets its name last: until then what is beside that name belongs to the record,
// as soon as there is one.
Result<void> make_both(int etc, int keys) {
  const auto seed = Guarded::random(ed25519_seed_length);
  if (!seed) return tl::unexpected(seed.error());
  const auto text = private_key_text(*seed);
  if (!text) return tl::unexpected(text.error());
  return write_beside(etc, key_name, 0600, text->view())
      .and_then([&] { return make_file(keys, record_name, 0644, record_text(*seed)); })
      .and_then([&] { return put_in_place(etc, key_name); });
}

bool is_read_only(const std::string& folder) {
  return access(folder.c_str(), W_OK) != 0 && errno == EROFS;
}

}  // namespace

Result<void> make_root_key(const Paths& paths, std::vector<std::string>& warnings) {
  const auto trusted = TrustedFolder::open(paths.root, "/etc/mgr");
  if (!trusted) return tl::unexpected(trusted.error());
  if (!*trusted) return {};  // no policy, no start
  const auto etc = open_folder(paths.etc());
  if (!etc) return tl::unexpected(etc.error());
  const bool has_key = is_there(etc->get(), key_name);
  if (is_read_only(paths.etc())) {
    if (!has_key) warnings.push_back(paths.etc() + ": read-only, so no key was made for root");
    return {};
  }
  if (auto made = make_folder(paths.keys_folder(), 0755); !made) return made;
  const auto keys = open_folder(paths.keys_folder());
  if (!keys) return tl::unexpected(keys.error());
  if (is_there(keys->get(), record_name)) {
    const bool cut_off = !has_key && is_beside(etc->get(), key_name);
    return cut_off ? put_in_place(etc->get(), key_name) : Result<void>();
  }
  if (has_key) {
    warnings.push_back(paths.root_key_file() + ": is there, and " + paths.keys_folder() + '/' +
                       record_name + " is not, so nothing that it signs counts");
    return {};
  }
  return make_both(etc->get(), keys->get());
}

}  // namespace mgr
