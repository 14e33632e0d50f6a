// Helper (root) and mgr-job; the decoders distrust every byte.
#include "helper/jobs/job_files.h"

#include <sodium/crypto_generichash.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "protocol/archive.h"
#include "protocol/text.h"

namespace mgr {
namespace {

constexpr std::size_t checksum_length = 16;
constexpr std::uint16_t format_number = 5;
constexpr std::uint16_t older_format = 4;
constexpr std::size_t longest_boot_id = 64;

enum class Kind : std::uint32_t {  // "mgrS" and so on, little-endian
  spec = 0x5372676D,
  start = 0x5472676D,
  exit = 0x4572676D,
  next_id = 0x4E72676D,
};

// What is on disk: every record in the same cover.
struct Cover {
  std::uint32_t kind = 0;
  std::uint16_t format = 0;
  std::string payload;
  static void members(auto& archive, auto& record) {
    archive(record.kind, record.format, record.payload);
  }
};

struct SpecOfFormat4 : JobSpec {
  static void members(auto& archive, auto& record) { members_of_format_4(archive, record); }
};

struct NextId {
  std::uint64_t value = 0;
  static void members(auto& archive, auto& record) { archive(record.value); }
};

template <typename Record>
std::string seal(Kind kind, const Record& record) {
  Encoder payload;
  payload(record);
  Encoder cover;
  cover(Cover{static_cast<std::uint32_t>(kind), format_number, payload.take()});
  std::string bytes = cover.take();
  return bytes + checksum_of(bytes);
}

template <typename Record, typename Older = Record>
std::optional<Record> unseal(Kind kind, std::string_view bytes) {
  if (bytes.size() > max_record_length || bytes.size() < checksum_length) return std::nullopt;
  const std::string_view covered = bytes.substr(0, bytes.size() - checksum_length);
  if (bytes.substr(covered.size()) != checksum_of(covered)) return std::nullopt;
  const auto cover = decode<Cover>(covered);
  if (!cover || cover->kind != static_cast<std::uint32_t>(kind)) return std::nullopt;
  if (cover->format == older_format) return decode<Older>(cover->payload);
  if (cover->format != format_number) return std::nullopt;
  return decode<Record>(cover->payload);
}

// From 1970 to the year 9999.
bool is_time(std::int64_t us) { return us >= 0 && us < 253'402'300'800'000'000; }

bool is_c_text(const std::string& text) { return text.find('\0') == std::string::npos; }

bool is_absolute_path(const std::string& path) { return path.starts_with('/') && is_c_text(path); }

// As openat2(2) takes it with RESOLVE_BENEATH, and in one way of writing alone.
bool is_beneath(std::string_view path) {
  for (bool more = !path.empty(); more;) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view name = path.substr(0, end);
    if (name.empty() || name == "." || name == "..") return false;
    more = end < path.size();
    path.remove_prefix(more ? end + 1 : end);
  }
  return true;
}

bool can_be_opened(const PathToOpen& path) {
  return is_absolute_path(path.root) && is_c_text(path.beneath) && is_beneath(path.beneath);
}

bool can_be_carried_out(const RunSettings& run) {
  using namespace std::chrono_literals;
  constexpr std::uint32_t unset = UINT32_MAX;
  return !run.argv.empty() && is_absolute_path(run.argv.front()) && is_absolute_path(run.cwd) &&
         std::ranges::all_of(run.argv, is_c_text) &&
         std::ranges::all_of(run.environment, is_c_text) && run.uid != unset && run.gid != unset &&
         std::ranges::count(run.groups, unset) == 0 && run.umask <= 0777 && run.nice >= -20 &&
         run.nice <= 19 && run.timeout >= 0ms && run.stop_grace >= 0ms &&
         run.paths.size() <= max_paths && std::ranges::all_of(run.paths, can_be_opened);
}

bool has_fitting_input(const JobSpec& spec) {
  return spec.input_bytes <= (spec.run.input == InputKind::body ? max_body_length : 0);
}

// A user or a key, never both.
bool is_asker(const Asker& asker) {
  return asker.key.empty() || (is_name(asker.key) && asker.uid == UINT32_MAX);
}

bool is_delay(std::chrono::milliseconds delay) {
  return delay >= std::chrono::milliseconds(0) && delay <= max_delay;
}

bool is_mark(const RequestMark& mark) {
  return mark.id.empty() ? mark.digest.empty() && mark.running.empty()
                         : is_request_id(mark.id) && mark.digest.size() == checksum_length;
}

}  // namespace

std::string checksum_of(std::string_view bytes) {
  std::array<unsigned char, checksum_length> sum{};
  crypto_generichash(sum.data(), sum.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                     bytes.size(), nullptr, 0);
  return {sum.begin(), sum.end()};
}

std::optional<std::uint64_t> parse_job_id(std::string_view name) {
  std::uint64_t id = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), id);
  if (error != std::errc() || std::to_string(id) != name) return std::nullopt;
  if (id == 0 || id > max_job_id) return std::nullopt;
  return id;
}

std::string encode(const JobSpec& spec) { return seal(Kind::spec, spec); }
std::string encode(const StartRecord& record) { return seal(Kind::start, record); }
std::string encode(const ExitRecord& record) { return seal(Kind::exit, record); }
std::string encode_next_id(std::uint64_t next_id) { return seal(Kind::next_id, NextId{next_id}); }

std::optional<JobSpec> decode_job_spec(std::string_view bytes) {
  auto spec = unseal<JobSpec, SpecOfFormat4>(Kind::spec, bytes);
  const bool valid = spec && spec->id > 0 && spec->id <= max_job_id;
  return valid && can_be_carried_out(spec->run) && has_fitting_input(*spec) &&
                 is_mark(spec->request) && is_asker(spec->asker) && is_delay(spec->delay) &&
                 spec->boot_id.size() <= longest_boot_id
             ? spec
             : std::nullopt;
}

std::optional<StartRecord> decode_start_record(std::string_view bytes) {
  auto record = unseal<StartRecord>(Kind::start, bytes);
  const bool valid =
      record && is_time(record->started_us) && record->boot_id.size() <= longest_boot_id;
  return valid ? record : std::nullopt;
}

std::optional<ExitRecord> decode_exit_record(std::string_view bytes) {
  auto record = unseal<ExitRecord>(Kind::exit, bytes);
  const bool valid = record && record->outcome >= JobOutcome::exited &&
                     record->progress.value_or(0) <= 100 && is_time(record->ended_us) &&
                     record->detail.size() <= 1024;
  return valid ? record : std::nullopt;
}

std::optional<std::uint64_t> decode_next_id(std::string_view bytes) {
  const auto next_id = unseal<NextId>(Kind::next_id, bytes);
  if (!next_id || next_id->value == 0 || next_id->value > max_job_id) return std::nullopt;
  return next_id->value;
}

}  // namespace mgr
