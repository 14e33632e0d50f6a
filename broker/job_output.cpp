// mgr-broker, in the cage; distrusts every byte of the files.
#include "broker/job_output.h"

#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace mgr::broker {
namespace {

// A file that changes more often while it is read is read on in the next call.
constexpr int most_changes = 4;
constexpr std::size_t largest_record = output_header_length + max_output_bytes;

// At most as much as `into` is long; what fails reads nothing.
std::string_view read_at(const Descriptor& file, std::uint64_t offset, std::string& into) {
  const ssize_t length =
      pread(file.get(), into.data(), into.size(), static_cast<off_t>(offset & INT64_MAX));
  return std::string_view(into).substr(0, static_cast<std::size_t>(std::max<ssize_t>(length, 0)));
}

std::string read_front(const Descriptor& file) {
  std::string front(output_header_length, '\0');
  return read_at(file, 0, front).size() == front.size() ? front : std::string();
}

// Cuts away what is before the last `lines` lines of the text, which `lines` is reduced by. True
// where something was cut: what is before it goes too.
bool cut_to_last_lines(PrintedRecord& record, std::size_t& lines, bool is_last) {
  std::size_t end = record.bytes.size();
  // The line feed at the very end ends a line and begins none.
  if (is_last && end > 0 && record.bytes[end - 1] == '\n') --end;
  while (end > 0) {
    const std::size_t feed = record.bytes.rfind('\n', end - 1);
    if (feed == std::string::npos) return false;
    if (--lines == 0) {
      record.bytes.erase(0, feed + 1);
      record.position += feed + 1;
      return true;
    }
    end = feed;
  }
  return false;
}

}  // namespace

JobOutput::JobOutput(std::array<Descriptor, 3> files) { reopen(std::move(files)); }

void JobOutput::reopen(std::array<Descriptor, 3> files) {
  for (std::size_t i = 0; i < files.size(); ++i) files_[i].descriptor = std::move(files[i]);
}

OutputBatch JobOutput::read() {
  OutputBatch batch = read_on();
  if (!last_lines_) return batch;
  hold(std::move(batch.records));
  batch.records.clear();
  // A writer that is faster than this must not make it search for good: when both segments were
  // rewritten meanwhile, what is held is the newest that there was.
  if (!batch.more || rewritten_ >= 2) batch.records = let_go();
  return batch;
}

OutputBatch JobOutput::read_on() {
  OutputBatch batch;
  std::size_t budget = most_bytes_a_read;
  for (int changes = 0; changes < most_changes; ++changes) {
    notice_changes();
    Step step = Step::end;
    for (File* file : in_order()) {
      step = read_file(*file, budget, batch);
      if (step != Step::end) break;
    }
    batch.more = step != Step::end;
    if (step != Step::changed) break;
  }
  buffer_ = std::string();
  return batch;
}

void JobOutput::notice_changes() {
  for (File& file : files_) {
    std::string front = read_front(file.descriptor);
    if (front == file.front) continue;
    if (&file == &files_.front() && !file.front.empty()) {
      position_ = 0;
      restarted_ = true;
    }
    if (&file != &files_.front() && !file.front.empty()) ++rewritten_;
    const auto position = front_position(front);
    file.front = std::move(front);
    file.front_position = position.value_or(0);
    file.offset = 0;
    file.broken = !position;
  }
}

// mgr-job empties all three before it writes to the head, and writes to that first: so while the
// head is empty, the tail may be that of an attempt before.
std::vector<JobOutput::File*> JobOutput::in_order() {
  std::vector<File*> files;
  if (files_[0].front.empty()) return files;
  for (File& file : files_) {
    if (!file.front.empty()) files.push_back(&file);
  }
  std::ranges::stable_sort(files.begin() + 1, files.end(), {}, &File::front_position);
  return files;
}

// To its end, or as far as the budget goes.
JobOutput::Step JobOutput::read_file(File& file, std::size_t& budget, OutputBatch& batch) {
  while (!file.broken) {
    if (budget < largest_record) return Step::more;
    buffer_.resize(budget);
    const std::string_view bytes = read_at(file.descriptor, file.offset, buffer_);
    if (!is_unchanged(file) || !is_unchanged(files_.front())) return Step::changed;
    const bool at_end = bytes.size() < budget;
    budget -= bytes.size();
    take_records(file, bytes, batch);
    if (at_end) break;
  }
  return Step::end;
}

bool JobOutput::is_unchanged(const File& file) const {
  return read_front(file.descriptor) == file.front;
}

void JobOutput::take_records(File& file, std::string_view bytes, OutputBatch& batch) {
  const std::size_t length = bytes.size();
  OutputRecord record;
  OutputDecoding decoding = OutputDecoding::record;
  while ((decoding = take_output_record(bytes, record)) == OutputDecoding::record) {
    take(record, batch);
  }
  file.offset += length - bytes.size();
  file.broken = decoding == OutputDecoding::broken;
}

// What was read before, or claims to be, is not told again.
void JobOutput::take(const OutputRecord& record, OutputBatch& batch) {
  // Only where a client said how far it knows it can that be within a record.
  const bool is_cut = from_ == position_ && record.end() > position_;
  if (record.position < position_ && !is_cut) return;
  const std::uint64_t known = position_ - std::min(position_, record.position);
  const std::uint64_t begin = record.position + known;
  batch.records.push_back({std::exchange(restarted_, false), begin - position_, begin,
                           record.time_us, record.stream, std::string(record.bytes.substr(known))});
  from_ = 0;
  position_ = record.end();
}

void JobOutput::hold(std::vector<PrintedRecord> records) {
  for (PrintedRecord& record : records) {
    held_bytes_ += record.bytes.size() + output_header_length;
    held_.push_back(std::move(record));
  }
  const auto restart = std::find_if(held_.rbegin(), held_.rend(),
                                    [](const PrintedRecord& record) { return record.restarted; });
  auto drop = restart == held_.rend() ? 0 : std::distance(restart, held_.rend()) - 1;
  while (drop-- > 0 || held_bytes_ > most_bytes) {
    held_bytes_ -= held_.front().bytes.size() + output_header_length;
    held_.pop_front();
  }
}

std::vector<PrintedRecord> JobOutput::let_go() {
  std::size_t lines = *std::exchange(last_lines_, std::nullopt);
  std::vector<PrintedRecord> records(std::make_move_iterator(held_.begin()),
                                     std::make_move_iterator(held_.end()));
  held_.clear();
  std::size_t first = lines == 0 ? records.size() : 0;
  bool is_last = true;
  for (std::size_t i = records.size(); i > first; --i) {
    PrintedRecord& record = records[i - 1];
    if (record.stream == OutputStream::progress) continue;
    if (cut_to_last_lines(record, lines, std::exchange(is_last, false))) first = i - 1;
  }
  if (first < records.size() && records[first].bytes.empty()) ++first;
  records.erase(records.begin(), records.begin() + static_cast<std::ptrdiff_t>(first));
  if (!records.empty()) records.front().skipped = 0;
  return records;
}

}  // namespace mgr::broker
