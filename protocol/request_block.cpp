// Broker (uid mgr-broker) and clients; distrusts every byte that a client sent.
#include "protocol/request_block.h"

#include <algorithm>

namespace mgr {

FieldView RequestBlock::operator[](std::size_t index) const {
  const Span& span = spans_[index];
  const std::string_view text(text_);
  return {text.substr(span.begin, span.name_length),
          text.substr(std::size_t{span.begin} + span.name_length, span.value_length)};
}

std::optional<std::string_view> RequestBlock::find(std::string_view name) const {
  for (std::size_t i = 0; i < size(); ++i) {
    if ((*this)[i].name == name) return (*this)[i].value;
  }
  return std::nullopt;
}

void RequestBlock::clear() {
  // A connection that once sent a long block does not keep its memory while idle.
  constexpr std::size_t kept_capacity = 512;
  if (text_.capacity() > kept_capacity) text_ = std::string();
  text_.clear();
  spans_.clear();
}

BlockParser::State BlockParser::read(std::string_view& bytes) {
  while (state_ == State::incomplete && !bytes.empty()) {
    if (body_) {
      take_body(bytes);
      continue;
    }
    const char byte = bytes.front();
    bytes.remove_prefix(1);
    if (++length_ > max_block_length) {
      refuse(ErrorCode::too_large, "the block is over 16384 bytes");
    } else if (!take(byte)) {
      state_ = State::refused;
    }
  }
  return state_;
}

void BlockParser::read_body(std::size_t length) {
  body_.emplace().reserve(length);  // once, and never more than announced
  body_length_ = length;
  state_ = length == 0 ? State::complete : State::incomplete;
}

void BlockParser::take_body(std::string_view& bytes) {
  const std::string_view piece = bytes.substr(0, body_length_ - body_->size());
  body_->append(piece);
  bytes.remove_prefix(piece.size());
  if (body_->size() == body_length_) state_ = State::complete;
}

void BlockParser::next() {
  block_.clear();
  body_.reset();
  length_ = 0;
  place_ = Place::line_start;
  state_ = State::incomplete;
}

bool BlockParser::take(char byte) {
  switch (place_) {
    case Place::line_start:
      if (byte == '\r') {
        place_ = Place::cr_of_empty_line;
        return true;
      }
      if (byte == '\n') {
        if (block_.empty()) return refuse(ErrorCode::malformed, "an empty block");
        state_ = State::complete;
        return true;
      }
      if (block_.size() == max_fields) return refuse(ErrorCode::too_large, "over 64 fields");
      name_begin_ = block_.text_.size();
      place_ = Place::name;
      return take_name_byte(byte);
    case Place::name:
      return byte == ':' ? end_name() : take_name_byte(byte);
    case Place::value:
      if (byte == '\n') return end_line();
      if (byte == '\r') {
        place_ = Place::after_cr;
        return true;
      }
      if (static_cast<unsigned char>(byte) < 0x20 || byte == 0x7F) {
        return refuse(ErrorCode::malformed, "a control character in a value");
      }
      block_.text_ += byte;
      return true;
    case Place::after_cr:
      return byte == '\n' ? end_line() : refuse(ErrorCode::malformed, "a CR inside a value");
    case Place::cr_of_empty_line:
      if (byte != '\n') return refuse(ErrorCode::malformed, "a CR inside a line");
      place_ = Place::line_start;
      return take(byte);
  }
  return false;
}

bool BlockParser::take_name_byte(char byte) {
  const std::size_t length = block_.text_.size() - name_begin_;
  if (!is_name_byte(byte, length == 0)) {
    return refuse(ErrorCode::malformed, "a byte that no name holds");
  }
  if (length == max_name_length) return refuse(ErrorCode::malformed, "a name over 32 bytes");
  block_.text_ += (byte >= 'A' && byte <= 'Z') ? static_cast<char>(byte - 'A' + 'a') : byte;
  return true;
}

bool BlockParser::end_name() {
  const std::string_view name = std::string_view(block_.text_).substr(name_begin_);
  if (block_.find(name)) {
    return refuse(ErrorCode::malformed, "the field " + std::string(name) + " stands twice");
  }
  value_begin_ = block_.text_.size();
  place_ = Place::value;
  return true;
}

bool BlockParser::end_line() {
  std::string& text = block_.text_;
  while (text.size() > value_begin_ && text.back() == ' ') text.pop_back();
  const std::size_t first = std::min(text.find_first_not_of(' ', value_begin_), text.size());
  text.erase(value_begin_, first - value_begin_);

  const std::string_view name =
      std::string_view(text).substr(name_begin_, value_begin_ - name_begin_);
  const std::string_view value = std::string_view(text).substr(value_begin_);
  if (value.size() > max_value_length) {
    return refuse(ErrorCode::too_large, "a value over 4096 bytes");
  }
  if (!is_value(value)) return refuse(ErrorCode::malformed, "a value that is not plain UTF-8");

  const bool opens_connection = first_line_;
  first_line_ = false;
  place_ = Place::line_start;
  if (name == "mgr") {
    if (!opens_connection || value != "keep-alive") {
      return refuse(ErrorCode::malformed, "mgr: is no field; mgr:keep-alive opens a connection");
    }
    keep_alive_ = true;
    text.clear();
    return true;
  }
  block_.spans_.push_back({static_cast<std::uint16_t>(name_begin_),
                           static_cast<std::uint16_t>(name.size()),
                           static_cast<std::uint16_t>(value.size())});
  return true;
}

bool BlockParser::refuse(ErrorCode code, std::string_view why) {
  error_ = {code, std::string(why)};
  state_ = State::refused;
  return false;
}

Result<std::string> write_block(const std::vector<Field>& fields) {
  if (fields.empty()) return fail(ErrorCode::malformed, "an empty block");
  if (fields.size() > max_fields) return fail(ErrorCode::too_large, "over 64 fields");
  std::string text;
  for (auto field = fields.begin(); field != fields.end(); ++field) {
    const auto same_name = [&](const Field& other) { return other.name == field->name; };
    // mgr is what opens a connection, and no field.
    if (!is_name(field->name) || field->name == "mgr") {
      return fail(ErrorCode::malformed, "not a field name");
    }
    if (std::any_of(fields.begin(), field, same_name)) {
      return fail(ErrorCode::malformed, "the field " + field->name + " stands twice");
    }
    if (field->value.size() > max_value_length) {
      return fail(ErrorCode::too_large, "the value of " + field->name + " is over 4096 bytes");
    }
    if (!is_value(field->value)) {
      return fail(ErrorCode::malformed,
                  "the value of " + field->name + " holds a line break or is not plain UTF-8");
    }
    text += field->name + ':' + field->value + '\n';
  }
  text += '\n';
  if (text.size() > max_block_length) return fail(ErrorCode::too_large, "over 16384 bytes");
  return text;
}

Result<std::string> write_block(std::vector<Field> fields, std::string_view body) {
  if (body.size() > max_body_length) {
    return fail(ErrorCode::too_large, "the body is over 1048576 bytes");
  }
  fields.push_back({"mgr-body", std::to_string(body.size())});
  auto block = write_block(fields);
  if (block) block->append(body);
  return block;
}

}  // namespace mgr
