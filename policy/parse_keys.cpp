// mgr-configure (root); reads root's own files, and distrusts their author's typing: a key half
// understood would let somebody else sign, or for longer than was meant.
#include <sodium.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "policy/parse.h"
#include "policy/table_reader.h"
#include "policy/type_name.h"
#include "protocol/signature.h"
#include "protocol/text.h"

namespace mgr {
namespace {

// Of the curve, in its one spelling, and of the group that signatures are made in: under a point of
// small order one signature is good for every text.
bool is_public_key(const std::string& bytes) {
  return crypto_core_ed25519_is_valid_point(reinterpret_cast<const unsigned char*>(bytes.data())) ==
         1;
}

class KeyParser {
 public:
  KeyParser(const TomlValue& document, Findings& findings, std::vector<DeclaredKey>& keys)
      : table_(document, findings), findings_(findings), keys_(keys) {}

  void read(std::string id) {
    DeclaredKey key;
    key.file = findings_.file();
    key.record.id = std::move(id);
    read_type(key);
    read_public_key(key.record);
    read_validity(key.record);
    key.revoked = table_.boolean("revoked", false);
    key.comment = table_.text("comment");
    if (!is_value(key.comment)) table_.error("comment", "must be one line of at most 4096 bytes");
    table_.finish();
    keys_.push_back(std::move(key));
  }

 private:
  void read_type(DeclaredKey& key) {
    const TomlValue* given = table_.find("type");
    if (given == nullptr) return table_.error("type", "is missing");
    key.line = given->line;
    const auto type = find_word<KeyType>(table_.text("type"));
    if (!type) table_.error("type", "must be " + all_words<KeyType>());
    key.record.type = type.value_or(KeyType::ed25519);
  }

  void read_public_key(KeyRecord& record) {
    const bool is_given = table_.find("public_key") != nullptr;
    if (record.type != KeyType::ed25519) {
      if (is_given) table_.error("public_key", "is for the type \"ed25519\" alone");
      return;
    }
    if (!is_given) return table_.error("public_key", "is missing");
    const auto bytes = decode_base64(table_.text("public_key"), ed25519_public_key_length);
    if (!bytes)
      return table_.error("public_key", "must be 32 bytes in base64, which has 44 digits");
    if (!is_public_key(*bytes)) return table_.error("public_key", "is no public key of Ed25519");
    refuse_second(*bytes);
    record.public_key = *bytes;
  }

  // Else one principal would hide behind another, and a revoked key come back under another name.
  void refuse_second(const std::string& public_key) {
    const auto other = std::ranges::find_if(
        keys_, [&](const DeclaredKey& key) { return key.record.public_key == public_key; });
    if (other == keys_.end()) return;
    table_.error("public_key", "is that of the key '" + other->record.id + "', at " + other->file);
  }

  void read_validity(KeyRecord& record) {
    record.not_before = table_.time("not_before", record.not_before);
    record.not_after = table_.time("not_after", record.not_after);
    if (record.not_before >= record.not_after) {
      table_.error("not_after", "must be later than not_before");
    }
  }

  TableReader table_;
  Findings& findings_;
  std::vector<DeclaredKey>& keys_;
};

}  // namespace

Result<void> parse_key(const SourceText& source, const std::string& id, Configuration& into) {
  Findings findings(source.file, into.warnings);
  const TomlValue document = parse_toml(source.text, findings);
  KeyParser(document, findings, into.keys).read(id);
  return findings.result();
}

}  // namespace mgr
