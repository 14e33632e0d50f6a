// Fuzz target: what is signed of a request, and a signed reply taken apart, as clients do who
// distrust it. Checks that a text says all of its request and nothing else, in whatever order its
// fields came, and that what was taken apart is what goes together again.
#include <algorithm>
#include <vector>

#include "protocol/request_block.h"
#include "protocol/signed_request.h"
#include "tests/fuzz/property.h"

namespace {

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    require(end != std::string_view::npos);
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return lines;
}

void check_request(const mgr::RequestBlock& block) {
  std::vector<mgr::FieldView> fields;
  std::vector<std::string> expected;
  for (std::size_t i = 0; i < block.size(); ++i) {
    fields.push_back(block[i]);
    if (block[i].name == "signature") continue;
    expected.push_back(std::string(block[i].name) + ':' + std::string(block[i].value));
  }
  const std::string text = mgr::signed_text(fields);
  std::ranges::reverse(fields);
  require(mgr::signed_text(fields) == text);
  std::vector<std::string> lines = lines_of(text);
  require(lines.front() == "mgr-request-v1");
  lines.erase(lines.begin());
  require(std::ranges::is_permutation(lines, expected));

  const auto proffer = mgr::read_proffer(fields);
  if (!proffer) return;
  require(mgr::is_signed(fields) && proffer->to.size() == mgr::host_id_length);
  require(proffer->nonce.size() == mgr::nonce_length && proffer->time_s >= 0);
  require(mgr::check_freshness(*proffer, proffer->to, proffer->time_s).has_value());
  require(!mgr::check_freshness(*proffer, "", proffer->time_s));
  for (const std::int64_t away : {-mgr::signature_window_s - 1, mgr::signature_window_s + 1}) {
    require(!mgr::check_freshness(*proffer, proffer->to, proffer->time_s + away));
  }
}

void check_reply(std::string_view line) {
  const auto taken = mgr::take_signature(line);
  if (!taken) return;
  require(taken->signature.find('"') == std::string::npos && taken->line.ends_with("}\n"));
  if (taken->is_whole) {
    require(mgr::with_signature(taken->line, taken->signature) == line);
  } else {
    constexpr std::string_view closed = "}}\n";
    require(taken->line.ends_with(closed));
    require(line.starts_with(taken->line.substr(0, taken->line.size() - closed.size())));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  check_reply(input);
  mgr::BlockParser parser;
  std::string_view rest = input;
  if (parser.read(rest) == mgr::BlockParser::State::complete) check_request(parser.block());
  return 0;
}
