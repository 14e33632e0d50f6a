// Reading and writing a record of a job's folder. Helper (root) and mgr-job; the reader distrusts
// what kind of file lies under the name and how long it is.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocol/descriptor.h"
#include "protocol/error.h"

namespace mgr {

// The file's bytes; nothing where no such file exists. A link, a FIFO, a device or anything over
// max_record_length is a failure, found before a byte is read (O_NOFOLLOW | O_NONBLOCK, fstat).
[[nodiscard]] Result<std::optional<std::string>> read_record(int folder, const char* name);
// The same for a file of records, of at most `longest` bytes.
[[nodiscard]] Result<std::optional<std::string>> read_records(int folder, const char* name,
                                                              std::size_t longest);

// A record of the folder; nothing where there is none that decodes.
template <typename Record>
[[nodiscard]] std::optional<Record> read_decoded(
    int folder, const char* name, std::optional<Record> (*decode)(std::string_view)) {
  const auto bytes = read_record(folder, name);
  return bytes && *bytes ? decode(**bytes) : std::nullopt;
}

// Nothing that somebody else has a name for, and nothing that blocks.
[[nodiscard]] bool is_plain_file(const Descriptor& file);

// Makes `name` hold `bytes`, old or new but never half: a file beside it, fsync, rename, fsync of
// the folder. On failure the old one stays.
[[nodiscard]] Result<void> replace_record(int folder, const char* name, std::string_view bytes);

// A new file of 0600 that did not exist before; not on disk yet.
[[nodiscard]] Result<Descriptor> write_new_record(int folder, const char* name,
                                                  std::string_view bytes);

// fsync(2) of a folder: the names in it are on disk.
[[nodiscard]] Result<void> sync_folder(int folder);

// All of `bytes` at an offset of an open file; not on disk yet.
[[nodiscard]] Result<void> write_at(int file, std::size_t offset, std::string_view bytes);

// All of `bytes` at the front of an open file, and on disk.
[[nodiscard]] Result<void> write_whole(int file, std::string_view bytes);

}  // namespace mgr
