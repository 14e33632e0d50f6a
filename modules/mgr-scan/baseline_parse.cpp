// mgr-scan · user mgr-scan, or root for --accept · distrusts every byte of a proposed baseline.
#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include "modules/mgr-scan/baseline.h"

namespace mgr_scan {
namespace {

// Takes fields from the front of one line; the only code that indexes the text.
class Fields {
 public:
  explicit Fields(std::string_view line) : rest_(line) {}

  // The bytes up to the next space, or to the end of the line; empty when there are none.
  std::string_view next() {
    const std::size_t end = std::min(rest_.find(' '), rest_.size());
    const std::string_view field = rest_.substr(0, end);
    ended_ = end == rest_.size();
    rest_.remove_prefix(ended_ ? end : end + 1);
    return field;
  }

  [[nodiscard]] bool ended() const { return ended_; }

 private:
  std::string_view rest_;
  bool ended_ = false;
};

// Digits without sign or leading zeros.
template <typename T>
std::optional<T> number(std::string_view text, T largest, int base = 10) {
  T value{};
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, value, base);
  const bool canonical = text.size() == 1 || (!text.empty() && text.front() != '0');
  if (error != std::errc{} || end != last || !canonical || value > largest) return std::nullopt;
  return value;
}

int hex_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

std::optional<std::string> unescape(std::string_view field, std::size_t longest) {
  std::string out;
  for (std::size_t i = 0; i < field.size(); ++i) {
    char byte = field[i];
    if (byte == '%') {
      if (field.size() - i < 3) return std::nullopt;
      const int high = hex_value(field[i + 1]);
      const int low = hex_value(field[i + 2]);
      byte = static_cast<char>(high * 16 + low);
      if (high < 0 || low < 0 || stands_for_itself(byte)) return std::nullopt;
      i += 2;
    } else if (!stands_for_itself(byte)) {
      return std::nullopt;
    }
    if (byte == '\0' || out.size() >= longest) return std::nullopt;
    out += byte;
  }
  if (out.empty()) return std::nullopt;
  return out;
}

// Names parted by single slashes, none of them "." or "..": nothing that leads out of the folder.
bool is_beneath(std::string_view path) {
  while (true) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view name = path.substr(0, end);
    if (name.empty() || name == "." || name == ".." || name.size() > 255) return false;
    if (end == path.size()) return true;
    path.remove_prefix(end + 1);
  }
}

bool all_in(std::string_view text, std::string_view allowed) {
  return text.find_first_not_of(allowed) == std::string_view::npos;
}

// SECONDS.NANOSECONDS, seconds signed, nanoseconds of nine digits.
bool is_time(std::string_view text) {
  const std::size_t point = std::min(text.find('.'), text.size());
  std::string_view seconds = text.substr(0, point);
  const std::string_view rest = text.substr(point);
  const bool negative = seconds.substr(0, 1) == "-";
  if (negative) seconds.remove_prefix(1);
  const std::uint64_t largest =
      static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) + (negative ? 1 : 0);
  return number<std::uint64_t>(seconds, largest) && !(negative && seconds == "0") &&
         rest.size() == 10 && all_in(rest.substr(1), "0123456789");
}

bool is_device(std::string_view text) {
  constexpr std::uint32_t kLargest = std::numeric_limits<std::uint32_t>::max();
  const std::size_t colon = text.find(':');
  return colon != std::string_view::npos &&
         number<std::uint32_t>(text.substr(0, colon), kLargest) &&
         number<std::uint32_t>(text.substr(colon + 1), kLargest);
}

bool is_times(std::string_view text) {
  const std::size_t colon = text.find(':');
  return colon != std::string_view::npos && is_time(text.substr(0, colon)) &&
         is_time(text.substr(colon + 1));
}

std::optional<std::string> detail_of(Detail kind, std::string_view field) {
  bool sound = false;
  switch (kind) {
    case Detail::kNone:
      return field == "-" ? std::optional<std::string>("") : std::nullopt;
    case Detail::kTarget:
      return unescape(field, kMaxLinkTarget);
    case Detail::kHash:
      sound = field.size() == 64 && all_in(field, "0123456789abcdef");
      break;
    case Detail::kTimes:
      sound = is_times(field);
      break;
    case Detail::kDevice:
      sound = is_device(field);
      break;
  }
  return sound ? std::optional<std::string>(field) : std::nullopt;
}

std::optional<Entry> parse_entry(std::string_view line) {
  constexpr std::uint32_t kLargestId = std::numeric_limits<std::uint32_t>::max();
  constexpr std::uint64_t kLargestSize = std::numeric_limits<std::int64_t>::max();
  Fields fields(line);
  const auto kind = kind_from_word(fields.next());
  const auto mode = number<std::uint32_t>(fields.next(), 07777, 8);
  const auto uid = number<std::uint32_t>(fields.next(), kLargestId);
  const auto gid = number<std::uint32_t>(fields.next(), kLargestId);
  const auto size = number<std::uint64_t>(fields.next(), kLargestSize);
  const std::string_view detail_field = fields.next();
  auto path = fields.ended() ? std::nullopt : unescape(fields.next(), kMaxPath);
  if (!kind || !mode || !uid || !gid || !size || !path || !fields.ended()) return std::nullopt;
  auto detail = detail_of(row_of(*kind).detail, detail_field);
  const bool is_top =
      *path == "." && (*kind == Kind::kDirectory || *kind == Kind::kDirectoryUnreadable);
  if (!detail || (*size != 0 && !is_file(*kind)) || !(is_top || is_beneath(*path))) {
    return std::nullopt;
  }
  return Entry{std::move(*path), std::move(*detail), *size, *uid, *gid, *mode, *kind};
}

// Takes lines from the front of the text and counts them.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  // False at the end, and for a last line without LF.
  bool next(std::string_view& line) {
    const std::size_t end = rest_.find('\n');
    if (end == std::string_view::npos) return false;
    line = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    ++count_;
    return true;
  }

  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  [[nodiscard]] tl::unexpected<Error> error(const char* reason) const {
    return failure("baseline, line " + std::to_string(count_) + ": " + reason);
  }

 private:
  std::string_view rest_;
  std::size_t count_ = 0;
};

}  // namespace

Result<Snapshot> parse_baseline(std::string_view text) {
  if (text.size() > kMaxBaselineBytes) return failure("baseline: too large");
  Lines lines(text);
  std::string_view line;
  if (!lines.next(line) || line != kBaselineFormat) return lines.error("not a format known here");
  Snapshot snapshot;
  Fields head(lines.next(line) ? line : "");
  const bool named = head.next() == "folder" && !head.ended();
  auto folder = named ? unescape(head.next(), kMaxPath) : std::nullopt;
  const bool absolute =
      folder && (*folder == "/" || (folder->front() == '/' && is_beneath(folder->substr(1))));
  if (!absolute || !head.ended()) return lines.error("not a folder");
  snapshot.folder = std::move(*folder);
  while (lines.next(line)) {
    if (line == "end " + std::to_string(snapshot.entries.size())) {
      if (!lines.at_end()) return lines.error("text after the end");
      return snapshot;
    }
    auto entry = parse_entry(line);
    if (!entry) return lines.error("not an entry");
    const bool ascending = snapshot.entries.empty() || snapshot.entries.back().path < entry->path;
    if (!ascending) return lines.error("paths are not in order");
    if (snapshot.entries.size() >= kMaxEntries) return lines.error("too many entries");
    snapshot.entries.push_back(std::move(*entry));
  }
  return lines.error("the end is missing");
}

}  // namespace mgr_scan
