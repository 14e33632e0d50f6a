// mgrctl, with the caller's own uid; distrusts the files' authors.
#include "client/keys/key_list.h"

#include <algorithm>
#include <limits>

#include "client/display.h"
#include "client/keys/key_record.h"
#include "client/word_list.h"
#include "protocol/json.h"
#include "protocol/signature.h"

namespace mgr::client {
namespace {

constexpr std::int64_t for_ever = std::numeric_limits<std::int64_t>::max();

std::string_view state_of(const DeclaredKey& key, std::int64_t now_s) {
  if (key.revoked) return "revoked";
  if (now_s < key.record.not_before) return "not yet valid";
  return key.record.is_valid_at(now_s) ? "valid" : "expired";
}

std::string_view type_of(const DeclaredKey& key) {
  return key_type_words.at(static_cast<std::size_t>(key.record.type));
}

std::string list_or_dash(const std::vector<std::string>& names) {
  return names.empty() ? "-" : word_list(names);
}

std::string time_or_dash(std::int64_t seconds, std::int64_t none) {
  return seconds == none ? "-" : validity_text(seconds);
}

}  // namespace

std::vector<std::string> principals_of(const PolicyReview& review, const std::string& id) {
  std::vector<std::string> names;
  for (const Principal& principal : review.policy.principals) {
    if (std::ranges::find(principal.keys, id) != principal.keys.end()) {
      names.push_back(principal.name);
    }
  }
  return names;
}

const DeclaredKey* find_key(const PolicyReview& review, const std::string& id) {
  const auto found =
      std::ranges::find(review.keys, id, [](const DeclaredKey& key) { return key.record.id; });
  return found == review.keys.end() ? nullptr : &*found;
}

std::string key_table(const PolicyReview& review, std::int64_t now_s) {
  if (review.keys.empty()) return "no keys\n";
  std::vector<std::vector<std::string>> rows{
      {"ID", "TYPE", "STATE", "FROM", "UNTIL", "PRINCIPALS", "COMMENT"}};
  for (const DeclaredKey& key : review.keys) {
    rows.push_back({key.record.id, std::string(type_of(key)), std::string(state_of(key, now_s)),
                    time_or_dash(key.record.not_before, 0),
                    time_or_dash(key.record.not_after, for_ever),
                    list_or_dash(principals_of(review, key.record.id)),
                    key.comment.empty() ? "-" : shortened(key.comment, 60)});
  }
  return render_table(rows);
}

std::string key_json(const PolicyReview& review, std::int64_t now_s) {
  JsonWriter json;
  json.open_object().key("keys").open_array();
  for (const DeclaredKey& key : review.keys) {
    const KeyRecord& record = key.record;
    json.open_object().member("id", record.id).member("type", type_of(key));
    json.member("state", state_of(key, now_s));
    if (!record.public_key.empty()) json.member("public_key", encode_base64(record.public_key));
    if (record.not_before != 0) json.member("not_before", validity_text(record.not_before));
    if (record.not_after != for_ever) json.member("not_after", validity_text(record.not_after));
    if (!key.comment.empty()) json.member("comment", key.comment);
    json.member("file", key.file).key("principals").open_array();
    for (const std::string& name : principals_of(review, record.id)) json.value(name);
    json.close_array().close_object();
  }
  return json.close_array().close_object().take() + '\n';
}

}  // namespace mgr::client
