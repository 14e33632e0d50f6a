// Memory for a secret: out of core dumps, between pages that no access survives, read-only once it
// is filled, wiped at its end, and locked as far as RLIMIT_MEMLOCK allows (sodium_malloc(3)): a
// machine without memory to lock, as many a container is, must not be one without mgr. Helper,
// mgr-configure and clients.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "protocol/error.h"

namespace mgr {

class Guarded {
 public:
  // `fill(bytes)` writes all of them, or returns false, and then there is no secret.
  // Fails where there is no memory.
  template <typename Fill>
  [[nodiscard]] static Result<Guarded> make(std::size_t length, Fill fill) {
    auto made = reserve(length);
    if (!made) return made;
    if (!fill(made->bytes_.get())) return fail_to_fill();
    made->seal();
    return made;
  }
  [[nodiscard]] static Result<Guarded> random(std::size_t length);

  // The secret of a file of one line of hex, which ends with its line feed or without: from `least`
  // to `most` bytes. The file is a regular one of `owner`'s, that nobody else can read, and no
  // symbolic link; failures are "path: reason" and tell nothing of what is in it. Nothing of it is
  // ever outside guarded memory.
  [[nodiscard]] static Result<Guarded> read_hex_file(const std::string& path, unsigned owner,
                                                     std::size_t least, std::size_t most);

  [[nodiscard]] std::string_view view() const {
    return {reinterpret_cast<const char*>(bytes_.get()), length_};
  }
  [[nodiscard]] const unsigned char* data() const { return bytes_.get(); }
  [[nodiscard]] std::size_t size() const { return length_; }

 private:
  struct Free {
    void operator()(unsigned char* bytes) const;
  };
  Guarded(unsigned char* bytes, std::size_t length) : bytes_(bytes), length_(length) {}
  [[nodiscard]] static Result<Guarded> reserve(std::size_t length);
  [[nodiscard]] static Result<Guarded> fail_to_fill();
  void seal();

  std::unique_ptr<unsigned char, Free> bytes_;
  std::size_t length_;
};

}  // namespace mgr
