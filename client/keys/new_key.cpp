// mgrctl, with the caller's own uid; distrusts the words and the file.
#include "client/keys/new_key.h"

#include "client/key_file.h"
#include "protocol/signature.h"
#include "protocol/text.h"

namespace mgr::client {
namespace {

constexpr const char* usage = "key add wants ID ed25519:BASE64, or --from FILE";
constexpr const char* not_a_time = " is a time such as 2027-01-31 or 2027-01-31T12:00:00Z";

tl::unexpected<Failure> invalid(std::string detail) {
  return failed(Failure::Kind::invalid_request, std::move(detail));
}

Outcome<NewKey> from_words(const std::vector<std::string>& words) {
  if (words.size() != 4) return invalid(usage);
  const auto key = read_public_text(words[3]);
  if (!key) return invalid("that is no public key: ed25519: and 32 bytes in base64");
  return NewKey{words[2], {KeyType::ed25519, encode_base64(*key), {}, {}, {}}};
}

// Of an Ed25519 key nothing but its public half goes on.
Outcome<NewKey> from_file(const std::vector<std::string>& words, const std::string& file) {
  if (words.size() > 3) return invalid(usage);
  const auto key = read_key_file(file, KeyOwner::anybody_for_root);
  if (!key) return tl::unexpected(key.error());
  if (words.size() == 3 && words[2] != key->id) {
    return invalid("the key of " + file + " signs as " + key->id + ", and not as " + words[2]);
  }
  NewKey made{key->id, {key->type, "", {}, {}, {}}};
  if (key->type == KeyType::ed25519) {
    made.record.public_text = encode_base64(ed25519_public_key(key->secret));
    return made;
  }
  auto line = secret_line(*key);
  if (!line) return tl::unexpected(line.error());
  made.secret = std::move(*line);
  return made;
}

Outcome<std::optional<std::int64_t>> read_time(const std::optional<std::string>& text,
                                               const char* option) {
  if (!text) return std::nullopt;
  const auto time = parse_validity(*text);
  if (!time) return invalid(std::string(option) + not_a_time);
  return time;
}

}  // namespace

Outcome<NewKey> read_new_key(const Options& options) {
  auto key =
      options.key.from ? from_file(options.words, *options.key.from) : from_words(options.words);
  if (!key) return key;
  if (!is_name(key->id)) return invalid("an ID is a lower-case letter, then a-z 0-9 _ - .");
  const auto before = read_time(options.key.not_before, "--not-before");
  if (!before) return tl::unexpected(before.error());
  const auto after = read_time(options.key.not_after, "--not-after");
  if (!after) return tl::unexpected(after.error());
  if (*before && *after && **before >= **after) return invalid("it would never be valid");
  const std::string comment = options.key.comment.value_or("");
  if (!is_value(comment)) return invalid("--comment is one line of UTF-8");
  key->record.not_before = *before;
  key->record.not_after = *after;
  key->record.comment = comment;
  return key;
}

}  // namespace mgr::client
