// Records to bytes and back, by one list of members for both ways: what one side writes is what the
// other reads. For the root language, the compiled configuration and the job records.
// Broker, helper, mgr-job, mgr-configure; the decoder distrusts every byte.
//
// A record names its members once, in order:
//     struct ClosedMessage {
//       std::uint64_t connection = 0;
//       static void members(auto& archive, auto& record) { archive(record.connection); }
//     };
// Numbers are little-endian of their own width, a bool is one byte 0 or 1, an enumeration is its
// number and must not pass its enumerator `last_value`, a text or list is its length in 32 bits and
// then its items, an optional is a bool and, where that is 1, the value. So a record has one
// encoding, and bytes that are not exactly one decode to nothing.
#pragma once

#include <chrono>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "protocol/wire.h"

namespace mgr {

template <typename Record, typename Archive>
concept HasMembers = requires(Archive& archive, Record& record) {
  Record::members(archive, record);
};

class Encoder {
 public:
  void operator()(const auto&... values) { (put(values), ...); }
  std::string take() { return std::move(out_); }

 private:
  template <typename T>
  void put(const T& value) {
    if constexpr (HasMembers<const T, Encoder>) {
      T::members(*this, value);
    } else if constexpr (std::is_enum_v<T>) {
      put(static_cast<std::underlying_type_t<T>>(value));
    } else {
      writer_.number(static_cast<std::uint64_t>(value), sizeof value);
    }
  }
  void put(std::string_view text) { writer_.text(text); }
  void put(const std::string& text) { writer_.text(text); }
  void put(std::chrono::milliseconds time) { put(static_cast<std::int64_t>(time.count())); }
  template <typename First, typename Second>
  void put(const std::pair<First, Second>& both) {
    (*this)(both.first, both.second);
  }
  template <typename T>
  void put(const std::optional<T>& value) {
    put(value.has_value());
    if (value) put(*value);
  }
  template <typename T>
  void put(const std::vector<T>& list) {
    put(static_cast<std::uint32_t>(list.size()));
    for (const T& item : list) put(item);
  }

  std::string out_;
  WireWriter writer_{out_};
};

class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : in_(bytes) {}
  void operator()(auto&... values) { (take(values), ...); }
  // True where everything was there, was allowed, and nothing is left over.
  [[nodiscard]] bool finished() const { return allowed_ && in_.finished(); }

 private:
  template <typename T>
  void take(T& value) {
    if constexpr (HasMembers<T, Decoder>) {
      T::members(*this, value);
    } else if constexpr (std::is_enum_v<T>) {
      std::underlying_type_t<T> number{};
      take(number);
      allowed_ = allowed_ && number <= static_cast<std::underlying_type_t<T>>(T::last_value);
      value = static_cast<T>(number);
    } else {
      const std::uint64_t number = in_.number(sizeof value);
      allowed_ = allowed_ && !(std::is_same_v<T, bool> && number > 1);
      value = static_cast<T>(number);
    }
  }
  void take(std::string_view& text) { text = in_.text(); }
  void take(std::string& text) { text = in_.text(); }
  void take(std::chrono::milliseconds& time) {
    std::int64_t count = 0;
    take(count);
    time = std::chrono::milliseconds(count);
  }
  template <typename First, typename Second>
  void take(std::pair<First, Second>& both) {
    (*this)(both.first, both.second);
  }
  template <typename T>
  void take(std::optional<T>& value) {
    bool there = false;
    take(there);
    if (there) take(value.emplace());
  }
  template <typename T>
  void take(std::vector<T>& list) {
    // An item takes a byte at least, so no count is believed that the bytes left cannot hold, and
    // nothing is allocated ahead of what was read.
    const std::size_t count = in_.count(1);
    list.clear();  // of what a new record has by default
    for (std::size_t i = 0; i < count && in_.ok(); ++i) take(list.emplace_back());
  }

  Cursor in_;
  bool allowed_ = true;
};

template <typename Record>
[[nodiscard]] std::string encode(const Record& record) {
  Encoder out;
  out(record);
  return out.take();
}

// Views in the record point into `bytes`.
template <typename Record>
[[nodiscard]] std::optional<Record> decode(std::string_view bytes) {
  Decoder in(bytes);
  Record record{};
  in(record);
  if (!in.finished()) return std::nullopt;
  return record;
}

}  // namespace mgr
