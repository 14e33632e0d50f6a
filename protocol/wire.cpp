// Broker, helper and mgr-job; distrusts the bytes that it reads.
#include "protocol/wire.h"

namespace mgr {

std::string_view Cursor::take(std::size_t length) {
  if (!ok_ || length > rest_.size()) {
    ok_ = false;
    return {};
  }
  const std::string_view taken = rest_.substr(0, length);
  rest_.remove_prefix(length);
  return taken;
}

std::uint64_t Cursor::number(std::size_t bytes) {
  std::uint64_t value = 0;
  unsigned shift = 0;
  for (const char byte : take(bytes)) {
    value |= std::uint64_t{static_cast<unsigned char>(byte)} << shift;
    shift += 8;
  }
  return value;
}

std::size_t Cursor::count(std::size_t least_size) {
  const std::uint32_t counted = u32();
  if (counted > rest_.size() / least_size) ok_ = false;
  return ok_ ? counted : 0;
}

WireWriter& WireWriter::text(std::string_view value) {
  u32(static_cast<std::uint32_t>(value.size()));
  out_ += value;
  return *this;
}

WireWriter& WireWriter::number(std::uint64_t value, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) out_ += static_cast<char>((value >> (8 * i)) & 0xFF);
  return *this;
}

}  // namespace mgr
