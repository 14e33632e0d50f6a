// Fuzz target: the journal of accepted jobs. The bytes as they stand, and as payloads of records
// whose seals are right. What is read, written again, is the front of the file, of this format; and
// a record that is appended comes behind what was read, over what a torn one left.
#include "helper/jobs/journal.h"
#include "helper/jobs/record_file.h"
#include "tests/fuzz/property.h"
#include "tests/fuzz/seal.h"

namespace {

using namespace mgr;

std::string records_of(const std::vector<JobSpec>& specs) {
  std::string records;
  for (const JobSpec& spec : specs) Journal::put(records, encode(spec));
  return records;
}

void check(std::string_view bytes, bool is_older) {
  static const ScratchFolder folder;
  static auto journal = Journal::open(folder.descriptor());
  require(journal && journal->rewrite(folder.descriptor(), bytes));
  const auto specs = journal->read();
  require(specs.has_value() && journal->size() <= bytes.size());
  const std::string again = records_of(*specs);
  require(is_older || bytes.substr(0, journal->size()) == again);
  if (specs->empty()) return;
  std::string record;
  Journal::put(record, encode(specs->front()));
  require(journal->append(record).has_value());
  const auto more = journal->read();
  require(more && records_of(*more) == again + record);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  check(input, false);
  for (const std::uint16_t format : {std::uint16_t{5}, std::uint16_t{4}}) {
    std::string records;
    // Each payload behind its length in two bytes.
    for (std::string_view rest = input; rest.size() > 2;) {
      Cursor head(rest.substr(0, 2));
      const std::string_view payload = rest.substr(2, head.u16());
      Journal::put(records, sealed_record('S', format, payload));
      rest.remove_prefix(2 + payload.size());
    }
    check(records, format == 4);
  }
  return 0;
}
