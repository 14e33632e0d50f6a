// Benchmarks only: cuts a byte stream at an end mark: "\n\n" for requests, "\n" for replies.
#pragma once

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

namespace mgr::bench {

class Framing {
 public:
  // `end_mark` must outlive this.
  explicit Framing(std::string_view end_mark) : end_mark_(end_mark) {}

  // Calls take(std::string_view) for every whole piece, its mark included; keeps the rest for the
  // next call. A piece is valid during its call only.
  template <typename Take>
  void feed(std::string_view bytes, Take&& take) {
    if (rest_.empty()) {
      rest_ = bytes.substr(cut(bytes, take));
    } else {
      rest_ += bytes;
      rest_.erase(0, cut(rest_, take));
    }
  }

  // No piece has begun.
  [[nodiscard]] bool empty() const { return rest_.empty(); }

 private:
  template <typename Take>
  std::size_t cut(std::string_view bytes, Take&& take) const {
    const char* begin = bytes.data();
    const char* const end = begin + bytes.size();
    while (const void* mark = memmem(begin, static_cast<std::size_t>(end - begin), end_mark_.data(),
                                     end_mark_.size())) {
      const char* next = static_cast<const char*>(mark) + end_mark_.size();
      take(std::string_view(begin, static_cast<std::size_t>(next - begin)));
      begin = next;
    }
    return static_cast<std::size_t>(begin - bytes.data());
  }

  std::string_view end_mark_;
  std::string rest_;
};

}  // namespace mgr::bench
