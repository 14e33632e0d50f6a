// The language of clients: a block of `name:value` lines ended by an empty line, and the raw bytes
// that it may announce (PROTOCOL.md).
// The broker reads it, the clients write it; the helper is not linked with it.
//
// Distrusts every byte: what is not exactly a block is refused as a whole, at the first byte that
// cannot belong to one, and nothing is repaired.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/error.h"
#include "protocol/field.h"
#include "protocol/text.h"

namespace mgr {

// A whole request: its fields in the order in which they came, names folded and values trimmed,
// no name twice. Owns its text in one buffer, so a view lives as long as the block is unchanged.
class RequestBlock {
 public:
  [[nodiscard]] std::size_t size() const { return spans_.size(); }
  [[nodiscard]] bool empty() const { return spans_.empty(); }
  [[nodiscard]] FieldView operator[](std::size_t index) const;
  // The value of the field of that name, where there is one.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
  void clear();

 private:
  friend class BlockParser;
  struct Span {
    std::uint16_t begin, name_length, value_length;
  };
  static_assert(max_block_length <= UINT16_MAX);

  std::string text_;
  std::vector<Span> spans_;
};

// Reads blocks and bodies from a stream of bytes that arrives in pieces of any size. One a
// connection.
class BlockParser {
 public:
  enum class State { incomplete, complete, refused };

  // Takes bytes from the front of `bytes` until a block is complete or refused, or none are left.
  // Afterwards `bytes` is what was not taken. After `complete`, block() is the request, and
  // read_body() or next() must be called before more is read; after `refused`, error() is malformed
  // or too_large and the connection has no further use.
  State read(std::string_view& bytes);

  // What comes next are so many bytes of a body, at most max_body_length, and then the request is
  // complete. No byte of it is read before this is called, so whoever calls decides whether it is
  // wanted.
  void read_body(std::size_t length);
  // Once read_body() was called: what has come so far.
  [[nodiscard]] const std::optional<std::string>& body() const { return body_; }

  [[nodiscard]] const RequestBlock& block() const { return block_; }
  [[nodiscard]] const Error& error() const { return error_; }
  // True once the connection has opened with the line `mgr:keep-alive`.
  [[nodiscard]] bool keep_alive() const { return keep_alive_; }
  // True when no byte of a further block has come.
  [[nodiscard]] bool at_start() const { return length_ == 0; }
  // Forgets block and body, and begins the next block of a kept connection.
  void next();

 private:
  enum class Place { line_start, name, value, after_cr, cr_of_empty_line };

  bool take(char byte);
  bool take_name_byte(char byte);
  bool end_name();
  bool end_line();
  bool refuse(ErrorCode code, std::string_view why);

  void take_body(std::string_view& bytes);

  RequestBlock block_;
  std::optional<std::string> body_;
  std::size_t body_length_ = 0;
  Error error_;
  std::size_t length_ = 0;  // raw bytes of this block so far
  std::size_t name_begin_ = 0, value_begin_ = 0;
  Place place_ = Place::line_start;
  State state_ = State::incomplete;
  bool first_line_ = true;  // of the connection
  bool keep_alive_ = false;
};

// Writes a block for a client: `fields`, then the empty line. Fails with malformed where a name or
// value is outside the grammar (a line break above all) or a name stands twice, and with too_large
// past a limit: nothing that the broker would refuse leaves the client. With a body, the field
// mgr-body is put in front of the empty line and the body behind it.
[[nodiscard]] Result<std::string> write_block(const std::vector<Field>& fields);
[[nodiscard]] Result<std::string> write_block(std::vector<Field> fields, std::string_view body);

}  // namespace mgr
