// Fuzz target: the files that a client trusts: of a private key, and of known hosts. What is read,
// written again, is the same key; a host that is found is the one that was looked for.
#include <unistd.h>

#include "client/key_file.h"
#include "client/known_hosts.h"
#include "protocol/signature.h"
#include "protocol/signed_request.h"
#include "protocol/text.h"
#include "tests/fuzz/property.h"

namespace {

using namespace mgr::client;

void write_file(const std::string& path, std::string_view bytes) {
  const mgr::Descriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  require(write(file.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
}

void check_key(const ScratchFolder& folder) {
  const auto read = read_key_file(folder.path("file"));
  if (!read) {
    require(read.error().detail.starts_with(folder.path("file") + ": "));
    return;
  }
  require(mgr::is_name(read->id));
  const bool is_pair = read->type == mgr::KeyType::ed25519;
  require(read->secret.size() >= mgr::ed25519_seed_length &&
          read->secret.size() <= (is_pair ? mgr::ed25519_seed_length : mgr::most_hmac_secret));
  const std::string path = folder.path("again");
  unlink(path.c_str());
  require(write_key_file(path, *read).has_value());
  const auto again = read_key_file(path);
  require(again && again->id == read->id && again->type == read->type);
  require(again->secret.view() == read->secret.view());
  if (is_pair) {
    require(read_public_text(public_text(*read)) == mgr::ed25519_public_key(read->secret));
  } else {
    require(secret_line(*read)->size() == 2 * read->secret.size() + 1);
  }
}

// A new key, which is read as it was made.
void check_new_key(const ScratchFolder& folder, mgr::KeyType type) {
  const auto made = generate_key("alice", type);
  const std::string path = folder.path("new");
  unlink(path.c_str());
  require(made && write_key_file(path, *made));
  const auto read = read_key_file(path);
  require(read && read->type == type && read->secret.view() == made->secret.view());
}

void check_hosts(const ScratchFolder& folder, const std::string& name) {
  const auto found = find_known_host(name, {folder.path("none"), folder.path("file")});
  if (!found) return;
  require(found->name == name && found->id.size() == mgr::host_id_length);
  require(found->public_key.size() == mgr::ed25519_public_key_length);
  require(found->place.starts_with(folder.path("file") + ':'));
  const auto again = parse_known_host(found->name + ' ' + found->id +
                                      " ed25519:" + mgr::encode_base64(found->public_key));
  require(again && again->id == found->id && again->public_key == found->public_key);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  static const ScratchFolder folder;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  write_file(folder.path("file"), input);
  check_key(folder);
  if (size == 1) check_new_key(folder, static_cast<mgr::KeyType>(data[0] & 1));
  check_hosts(folder, local_name);
  check_hosts(folder, "box.example.net:6667");
  return 0;
}
