// mgr-scan · user mgr-scan, or root for --accept · distrusts the bytes of paths and targets.
#include <sodium.h>

#include <array>
#include <charconv>

#include "modules/mgr-scan/baseline.h"

namespace mgr_scan {
namespace {

void append_escaped(std::string& out, std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (const char byte : bytes) {
    if (stands_for_itself(byte)) {
      out += byte;
      continue;
    }
    const auto value = static_cast<unsigned char>(byte);
    out += '%';
    out += kDigits[value >> 4U];
    out += kDigits[value & 0xfU];
  }
}

void append_number(std::string& out, std::uint64_t number, int base = 10) {
  std::array<char, 24> digits{};
  const auto [end, error] =
      std::to_chars(digits.data(), digits.data() + digits.size(), number, base);
  out.append(digits.data(), end);
  out += ' ';
}

void append_entry(std::string& out, const Entry& entry) {
  const KindRow& row = row_of(entry.kind);
  out += row.word;
  out += ' ';
  append_number(out, entry.mode, 8);
  append_number(out, entry.uid);
  append_number(out, entry.gid);
  append_number(out, entry.size);
  if (row.detail == Detail::kNone) {
    out += '-';
  } else {
    append_escaped(out, entry.detail);
  }
  out += ' ';
  append_escaped(out, entry.path);
  out += '\n';
}

}  // namespace

Result<std::string> encode_baseline(const Snapshot& snapshot) {
  std::string out(kBaselineFormat);
  out += "\nfolder ";
  append_escaped(out, snapshot.folder);
  out += '\n';
  for (const Entry& entry : snapshot.entries) {
    append_entry(out, entry);
    if (out.size() > kMaxBaselineBytes) {
      return failure("the folder has more entries than a baseline holds");
    }
  }
  out += "end " + std::to_string(snapshot.entries.size()) + "\n";
  return out;
}

std::string digest_of(std::string_view text) {
  std::array<unsigned char, 32> digest{};
  crypto_generichash(digest.data(), digest.size(),
                     reinterpret_cast<const unsigned char*>(text.data()), text.size(), nullptr, 0);
  std::array<char, 2 * 32 + 1> hex{};
  sodium_bin2hex(hex.data(), hex.size(), digest.data(), digest.size());
  return hex.data();
}

}  // namespace mgr_scan
