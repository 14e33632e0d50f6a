// Helper (root) and mgr-job; the decoders distrust every byte.
#include "helper/jobs/job_files.h"

#include <sodium/crypto_generichash.h>

#include <algorithm>
#include <array>

#include "protocol/wire.h"

namespace mgr {
namespace {

constexpr std::uint16_t format_number = 1;
constexpr std::size_t checksum_length = 16;
constexpr std::size_t sealed_checksum_length = 4 + checksum_length;
constexpr std::size_t max_list = 8192;

enum class Kind : std::uint32_t {  // "mgrS" and so on, little-endian
  spec = 0x5372676D,
  start = 0x5472676D,
  exit = 0x4572676D,
  next_id = 0x4E72676D,
};

std::string checksum_of(std::string_view bytes) {
  std::array<unsigned char, checksum_length> sum{};
  crypto_generichash(sum.data(), sum.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                     bytes.size(), nullptr, 0);
  return {sum.begin(), sum.end()};
}

std::string seal(Kind kind, std::string_view payload) {
  std::string out;
  WireWriter writer(out);
  writer.u32(static_cast<std::uint32_t>(kind)).u16(format_number).text(payload);
  const std::string checksum = checksum_of(out);
  writer.text(checksum);
  return out;
}

std::optional<std::string_view> unseal(Kind kind, std::string_view bytes) {
  if (bytes.size() > max_record_length) return std::nullopt;
  Cursor cursor(bytes);
  const std::uint32_t kind_read = cursor.u32();
  const std::uint16_t format_read = cursor.u16();
  const std::string_view payload = cursor.text(max_record_length);
  const std::string_view checksum = cursor.text(checksum_length);
  if (!cursor.finished() || kind_read != static_cast<std::uint32_t>(kind)) return std::nullopt;
  if (format_read != format_number || checksum.size() != checksum_length) return std::nullopt;
  if (checksum != checksum_of(bytes.substr(0, bytes.size() - sealed_checksum_length))) {
    return std::nullopt;
  }
  return payload;
}

void write_texts(WireWriter& writer, const std::vector<std::string>& texts) {
  writer.u32(static_cast<std::uint32_t>(texts.size()));
  for (const std::string& text : texts) writer.text(text);
}

std::vector<std::string> read_texts(Cursor& cursor) {
  std::vector<std::string> texts(cursor.count(max_list, 4));
  for (std::string& text : texts) text = cursor.text(max_record_length);
  return texts;
}

bool is_c_text(const std::string& text) {
  return text.find('\0') == std::string::npos;
}

bool is_absolute_path(const std::string& path) {
  return path.starts_with('/') && is_c_text(path);
}

bool can_be_carried_out(const JobSpec& spec) {
  constexpr std::uint32_t unset = UINT32_MAX;
  return spec.id > 0 && spec.id <= max_job_id && !spec.argv.empty() &&
         is_absolute_path(spec.argv.front()) && is_absolute_path(spec.cwd) &&
         std::ranges::all_of(spec.argv, is_c_text) &&
         std::ranges::all_of(spec.environment, is_c_text) && spec.uid != unset &&
         spec.gid != unset && std::ranges::count(spec.groups, unset) == 0 && spec.umask <= 0777 &&
         spec.nice >= -20 && spec.nice <= 19;
}

void write_asker(WireWriter& writer, const Asker& asker) {
  writer.u32(asker.uid).u32(asker.gid).u32(asker.pid).text(asker.on_behalf_of);
}

Asker read_asker(Cursor& cursor) {
  Asker asker;
  asker.uid = cursor.u32();
  asker.gid = cursor.u32();
  asker.pid = cursor.u32();
  asker.on_behalf_of = cursor.text(max_record_length);
  return asker;
}

// How the job is run, in the order of JobSpec's members.
void write_settings(WireWriter& writer, const JobSpec& spec) {
  write_texts(writer, spec.argv);
  write_texts(writer, spec.environment);
  writer.text(spec.cwd).u32(spec.uid).u32(spec.gid);
  writer.u32(static_cast<std::uint32_t>(spec.groups.size()));
  for (const std::uint32_t group : spec.groups) writer.u32(group);
  writer.u32(spec.umask).u32(static_cast<std::uint32_t>(spec.nice));
  writer.u64(spec.timeout_ms).u64(spec.stop_grace_ms);
  writer.u8(spec.no_new_privileges ? 1 : 0);
}

bool read_settings(Cursor& cursor, JobSpec& spec) {
  spec.argv = read_texts(cursor);
  spec.environment = read_texts(cursor);
  spec.cwd = cursor.text(max_record_length);
  spec.uid = cursor.u32();
  spec.gid = cursor.u32();
  spec.groups.resize(cursor.count(max_list, 4));
  for (std::uint32_t& group : spec.groups) group = cursor.u32();
  spec.umask = cursor.u32();
  spec.nice = static_cast<std::int32_t>(cursor.u32());
  spec.timeout_ms = cursor.u64();
  spec.stop_grace_ms = cursor.u64();
  const std::uint8_t no_new_privileges = cursor.u8();
  spec.no_new_privileges = no_new_privileges == 1;
  return no_new_privileges <= 1;
}

}  // namespace

std::string encode(const JobSpec& spec) {
  std::string payload;
  WireWriter writer(payload);
  writer.u64(spec.id).text(spec.module).text(spec.action).text(spec.key);
  writer.u32(static_cast<std::uint32_t>(spec.arguments.size()));
  for (const Field& field : spec.arguments) writer.text(field.name).text(field.value);
  write_asker(writer, spec.asker);
  writer.u64(static_cast<std::uint64_t>(spec.accepted_us));
  write_settings(writer, spec);
  return seal(Kind::spec, payload);
}

std::optional<JobSpec> decode_job_spec(std::string_view bytes) {
  const auto payload = unseal(Kind::spec, bytes);
  if (!payload) return std::nullopt;
  Cursor cursor(*payload);
  JobSpec spec;
  spec.id = cursor.u64();
  spec.module = cursor.text(max_record_length);
  spec.action = cursor.text(max_record_length);
  spec.key = cursor.text(max_record_length);
  spec.arguments.resize(cursor.count(max_list, 8));
  for (Field& field : spec.arguments) {
    field.name = cursor.text(max_record_length);
    field.value = cursor.text(max_record_length);
  }
  spec.asker = read_asker(cursor);
  spec.accepted_us = static_cast<std::int64_t>(cursor.u64());
  if (!read_settings(cursor, spec) || !cursor.finished() || !can_be_carried_out(spec)) {
    return std::nullopt;
  }
  return spec;
}

std::string encode(const StartRecord& record) {
  std::string payload;
  WireWriter(payload).u64(static_cast<std::uint64_t>(record.started_us));
  return seal(Kind::start, payload);
}

std::optional<StartRecord> decode_start_record(std::string_view bytes) {
  const auto payload = unseal(Kind::start, bytes);
  if (!payload) return std::nullopt;
  Cursor cursor(*payload);
  const StartRecord record{static_cast<std::int64_t>(cursor.u64())};
  if (!cursor.finished()) return std::nullopt;
  return record;
}

std::string encode(const ExitRecord& record) {
  std::string payload;
  WireWriter(payload)
      .u8(static_cast<std::uint8_t>(record.outcome))
      .u32(static_cast<std::uint32_t>(record.status))
      .u8(record.stopped ? 1 : 0)
      .u8(record.timed_out ? 1 : 0)
      .u64(static_cast<std::uint64_t>(record.ended_us))
      .text(record.detail);
  return seal(Kind::exit, payload);
}

std::optional<ExitRecord> decode_exit_record(std::string_view bytes) {
  const auto payload = unseal(Kind::exit, bytes);
  if (!payload) return std::nullopt;
  Cursor cursor(*payload);
  ExitRecord record;
  const std::uint8_t outcome = cursor.u8();
  record.status = static_cast<std::int32_t>(cursor.u32());
  const std::uint8_t stopped = cursor.u8();
  const std::uint8_t timed_out = cursor.u8();
  record.ended_us = static_cast<std::int64_t>(cursor.u64());
  record.detail = cursor.text(max_record_length);
  if (!cursor.finished() || outcome < 1 || outcome > 4 || stopped > 1 || timed_out > 1) {
    return std::nullopt;
  }
  record.outcome = static_cast<JobOutcome>(outcome);
  record.stopped = stopped == 1;
  record.timed_out = timed_out == 1;
  return record;
}

std::string encode_next_id(std::uint64_t next_id) {
  std::string payload;
  WireWriter(payload).u64(next_id);
  return seal(Kind::next_id, payload);
}

std::optional<std::uint64_t> decode_next_id(std::string_view bytes) {
  const auto payload = unseal(Kind::next_id, bytes);
  if (!payload) return std::nullopt;
  Cursor cursor(*payload);
  const std::uint64_t next_id = cursor.u64();
  if (!cursor.finished() || next_id == 0 || next_id > max_job_id) return std::nullopt;
  return next_id;
}

}  // namespace mgr
