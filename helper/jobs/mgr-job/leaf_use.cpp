// mgr-job, root and then user mgr-job; trusts the kernel's files.
#include "helper/jobs/mgr-job/leaf_use.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <string>
#include <string_view>

namespace mgr {
namespace {

std::string text_of(const Descriptor& file) {
  std::array<char, 4096> text{};
  const ssize_t length = pread(file.get(), text.data(), text.size(), 0);
  return {text.data(), length > 0 ? static_cast<std::size_t>(length) : 0};
}

// The number behind `key`; 0 where there is none.
std::uint64_t number_after(std::string_view key, std::string_view text) {
  const std::size_t at = text.find(key);
  std::uint64_t number = 0;
  if (at == std::string_view::npos) return number;
  std::from_chars(text.data() + at + key.size(), text.data() + text.size(), number);
  return number;
}

std::uint64_t largest_resident_set() {
  rusage children{};
  if (getrusage(RUSAGE_CHILDREN, &children) != 0) return 0;
  return static_cast<std::uint64_t>(children.ru_maxrss) * 1024;
}

}  // namespace

LeafUse LeafUse::open(const CgroupLeaf& leaf) {
  LeafUse use;
  use.processor_ = Descriptor(openat(leaf.folder(), "cpu.stat", O_RDONLY | O_CLOEXEC));
  use.memory_ = Descriptor(openat(leaf.folder(), "memory.peak", O_RDONLY | O_CLOEXEC));
  return use;
}

void LeafUse::add_to(ExitRecord& record) const {
  record.processor_us = number_after("usage_usec ", text_of(processor_));
  record.peak_memory = number_after("", text_of(memory_));
  if (record.peak_memory == 0) record.peak_memory = largest_resident_set();
}

}  // namespace mgr
