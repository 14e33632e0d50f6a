// mgrctl, with the caller's own uid.
#include "client/keys/run_keygen.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iostream>

#include "client/display.h"
#include "client/files.h"
#include "client/key_file.h"
#include "client/users.h"
#include "protocol/paths.h"
#include "protocol/text.h"

namespace mgr::client {
namespace {

tl::unexpected<Failure> invalid(std::string detail) {
  return failed(Failure::Kind::invalid_request, std::move(detail));
}

Outcome<KeyType> chosen_type(const Options& options) {
  const auto* word = std::ranges::find(key_type_words, options.key.type.value_or("ed25519"));
  if (word != key_type_words.end()) return static_cast<KeyType>(word - key_type_words.begin());
  return invalid("--type is ed25519 or hmac-sha256");
}

// Root's own key is made for it by the first start, under that very name.
Outcome<std::string> chosen_id(const Options& options, const ServerChoice& choice) {
  if (options.words.size() > 2) return invalid("keygen takes one ID");
  if (options.words.size() == 2) {
    if (is_name(options.words[1])) return options.words[1];
    return invalid("an ID is a lower-case letter, then up to 31 of a-z 0-9 _ - .");
  }
  const std::string of_root = Paths(choice.root.value_or("")).root_key_file();
  if (choice.uid == 0 && exists(of_root)) {
    return invalid("root has a key, " + of_root + "; for another one, give its ID");
  }
  if (is_name(user_name(choice.uid))) return user_name(choice.uid);
  return invalid("give the key an ID");
}

// Those that are missing on the way to a file of the caller's alone.
Outcome<void> make_private_folders(const std::string& path) {
  for (std::size_t slash = path.find('/', 1); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    const std::string folder = path.substr(0, slash);
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
      return invalid(folder + ": " + std::strerror(errno));
    }
  }
  return {};
}

Outcome<std::string> chosen_file(const Options& options, const ServerChoice& choice) {
  if (options.key.output) {
    if (options.key.output->empty()) return invalid("--output wants a file");
    return *options.key.output;
  }
  const auto folder = config_folder(choice);
  if (!folder) return invalid("there is no HOME for the key; --output FILE says where");
  std::string file = *folder + "/key";
  auto made = make_private_folders(file);
  if (!made) return tl::unexpected(made.error());
  return file;
}

// What root has to run, so that it can be taken as it is. Of an HMAC key, where the file is.
std::string command_for(const PrivateKey& key, const std::string& file) {
  const bool is_pair = key.type == KeyType::ed25519;
  return "mgrctl key add " + (is_pair ? key.id + ' ' + public_text(key) : "--from " + file);
}

// From now on everything that its owner asks is signed with it, and refused until it is let in.
void say_where(const PrivateKey& key, const std::string& file, const ServerChoice& choice) {
  std::cerr << "mgrctl: the key " << key.id << " is in " << harmless(file) << '\n';
  if (choose_key_file(choice) == file) {
    std::cerr << "mgrctl: requests are signed with it from now on, and refused until it is let in; "
                 "--no-sign asks without it\n";
  }
  std::cerr << "mgrctl: this lets it in, as root where mgr runs:\n";
}

}  // namespace

ExitCode run_keygen(const Options& options, const Session& session) {
  const auto type = chosen_type(options);
  if (!type) return report(session, type.error());
  const auto id = chosen_id(options, session.choice);
  if (!id) return report(session, id.error());
  const auto file = chosen_file(options, session.choice);
  if (!file) return report(session, file.error());
  const auto key = generate_key(*id, *type);
  if (!key) return report(session, key.error());
  auto written = write_key_file(*file, *key);
  if (!written) {
    if (exists(*file)) written.error().detail += "; move it away, or give --output";
    return report(session, written.error());
  }
  if (!session.quiet) say_where(*key, *file, session.choice);
  std::cout << command_for(*key, harmless(*file)) << '\n';
  return finish(session, ExitCode::ok);
}

}  // namespace mgr::client
