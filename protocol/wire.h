// Bytes of the root language: the frame header, the cursor that reads, the writer that appends.
// Broker, helper and mgr-job; each distrusts the other side of the wall.
//
// The cursor is the only code that indexes memory that came from outside. Numbers are
// little-endian. A text is its length (32 bits), then its bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mgr {

// Reads from the front of a buffer that it does not own. The first read past the end makes it fail
// for good: every later read gives 0 or "", and ok() says false. So a decoder reads all its fields
// and asks once.
class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : rest_(bytes) {}

  [[nodiscard]] std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
  [[nodiscard]] std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  [[nodiscard]] std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  [[nodiscard]] std::uint64_t u64() { return number(8); }
  // A number of that many bytes, at most 8.
  [[nodiscard]] std::uint64_t number(std::size_t bytes);
  // A view into the buffer.
  [[nodiscard]] std::string_view text() { return take(u32()); }
  // A count of things to come, each of at least `least_size` bytes: more than can be left fails.
  [[nodiscard]] std::size_t count(std::size_t least_size);

  [[nodiscard]] bool ok() const { return ok_; }
  // True where every read succeeded and nothing is left over.
  [[nodiscard]] bool finished() const { return ok_ && rest_.empty(); }

 private:
  std::string_view take(std::size_t length);

  std::string_view rest_;
  bool ok_ = true;
};

// Appends to a string that it does not own.
class WireWriter {
 public:
  explicit WireWriter(std::string& out) : out_(out) {}
  WireWriter& u8(std::uint8_t value) { return number(value, 1); }
  WireWriter& u16(std::uint16_t value) { return number(value, 2); }
  WireWriter& u32(std::uint32_t value) { return number(value, 4); }
  WireWriter& u64(std::uint64_t value) { return number(value, 8); }
  WireWriter& number(std::uint64_t value, std::size_t bytes);
  WireWriter& text(std::string_view value);

 private:
  std::string& out_;
};

}  // namespace mgr
