// Helper and mgr-configure, root. Distrusts the bytes.
#include "helper/nonce_file.h"

#include <charconv>

#include "helper/jobs/job_files.h"
#include "protocol/archive.h"
#include "protocol/text.h"

namespace mgr {
namespace {

template <typename Record>
std::string sealed(const Record& record) {
  const std::string payload = encode(record);
  std::string bytes;
  WireWriter(bytes).text(payload).text(checksum_of(payload));
  return bytes;
}

template <typename Record>
std::optional<Record> next(Cursor& cursor) {
  const std::string_view payload = cursor.text(), checksum = cursor.text();
  if (!cursor.ok() || checksum != checksum_of(payload)) return std::nullopt;
  return decode<Record>(payload);
}

}  // namespace

Nonce nonce_of(std::string_view hex) {
  Nonce nonce{};
  const char* middle = hex.data() + hex.size() / 2;
  std::from_chars(hex.data(), middle, nonce.first, 16);
  std::from_chars(middle, hex.data() + hex.size(), nonce.second, 16);
  return nonce;
}

std::string to_bytes(const NonceHead& head) { return sealed(head); }

std::string to_bytes(const NonceRecord& record) { return sealed(record); }

NonceFile read_nonce_file(std::string_view bytes) {
  NonceFile file;
  Cursor cursor(bytes);
  file.head = next<NonceHead>(cursor);
  if (!file.head || file.head->format != NonceHead().format ||
      file.head->boot_id.size() != boot_id_length) {
    return {};
  }
  while (!cursor.finished()) {
    auto record = next<NonceRecord>(cursor);
    if (!record || !is_name(record->key)) return file;
    file.records.push_back(std::move(*record));
  }
  file.whole = true;
  return file;
}

std::string empty_nonce_file() {
  NonceHead head;
  head.closed = true;
  return to_bytes(head);
}

}  // namespace mgr
