// Fuzz target: a reply, as mgrctl reads it of a broker that may be anybody's. The bytes are the
// line of a reply, what a broker puts into a line that the host signed, or a reply's data. What is
// signed by nobody proves nothing, and what is shown is harmless to a terminal.
#include <sodium.h>

#include <algorithm>
#include <array>

#include "client/argument_type.h"
#include "client/catalogue.h"
#include "client/display.h"
#include "client/jobs/job.h"
#include "client/jobs/output.h"
#include "client/jobs/progress.h"
#include "client/signed_reply.h"
#include "client/stats.h"
#include "protocol/signature.h"
#include "protocol/signed_request.h"
#include "tests/fuzz/property.h"

namespace {

using namespace mgr::client;

constexpr const char* key = "alice";
constexpr const char* nonce = "00112233445566778899aabbccddeeff";

// The host, which has a key of its own.
struct Host {
  mgr::Guarded seed = *mgr::Guarded::make(mgr::ed25519_seed_length, [](unsigned char* bytes) {
    std::fill_n(bytes, mgr::ed25519_seed_length, static_cast<unsigned char>(7));
    return true;
  });
  KnownHost known{"local", std::string(mgr::host_id_length, 'a'), mgr::ed25519_public_key(seed)};

  [[nodiscard]] std::string sign(std::string_view line) const {
    const auto text = mgr::signed_reply_text(key, nonce, line);
    return mgr::encode_base64(mgr::sign_ed25519(seed, text));
  }
};

bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c == '\n' || (c >= ' ' && c < 0x7F); });
}

// Of a schema that is taken, everything is found by its name, and every type can be put into words.
void check_catalogue(const Catalogue& catalogue) {
  for (const ModuleHelp& module : catalogue.modules) {
    require(catalogue.find(module.name) != nullptr);
    for (const std::string& alias : module.aliases) require(catalogue.find(alias) != nullptr);
    for (const ActionHelp& action : module.actions) {
      require(module.find(action.name) != nullptr);
      require(action.positionals().size() <= action.arguments.size());
      require(action.body() == nullptr || action.body()->is_input());
      for (const ArgumentHelp& argument : action.arguments) {
        require(action.find(argument.name) != nullptr);
        if (!argument.limits) continue;
        require(!type_words(*argument.limits, argument.pattern).empty());
        static_cast<void>(may_hold_equals_sign(*argument.limits));
      }
    }
  }
}

void check_json(std::string_view text) {
  const auto value = parse_json(text);
  if (!value) return;
  const std::string line = to_json(*value);
  require(is_plain(line) && line.find('\n') == std::string::npos);
  require(is_plain(to_pretty_json(*value)));
  require(parse_json(line) == value && parse_json(to_pretty_json(*value)) == value);
  // As the data of a reply.
  if (const auto catalogue = parse_catalogue(line)) check_catalogue(*catalogue);
  const auto chunk = read_output(line);
  if (chunk && *chunk) require((*chunk)->records.size() <= text.size());
  const auto job = read_job(*value);
  if (job) require(job->progress.value_or(0) <= 100 && !job->name().empty());
  Reply reply;
  reply.data_json = line;
  if (const auto jobs = read_jobs(reply)) {
    for (const Job& each : *jobs) require(!each.has_ended() || !each.state.empty());
  }
  require(is_plain(prometheus_text(*value)) && is_plain(stats_table(*value)));
}

// Lines that no terminal acts on.
void check_plain_text(std::string_view shown) {
  require(!shown.empty());
  require(std::ranges::none_of(
      shown, [](unsigned char c) { return (c < ' ' && c != '\n') || c == 0x7F; }));
}

void check_shown(std::string_view text) {
  const std::string shown = harmless(text);
  require(shown.empty() == text.empty() && shown.find('\n') == std::string::npos);
  if (!shown.empty()) check_plain_text(shown);
  const auto progress = parse_progress(text);
  require(progress.percent.value_or(0) <= 100);
}

// Words that the host never signed.
void check_unsigned(const Host& host, std::string_view line) {
  const auto reply = check_reply(line, host.known, key, nonce);
  if (!reply) return;
  require(reply->success ? reply->more : reply->is_unproven);
  (void)read_jobs(*reply);
  check_plain_text(reply->success ? render_success(*reply) : render_refusal(*reply));
}

// The host's own line is believed, and by none but whom it answers.
void check_signed(const Host& host, std::string_view line) {
  const std::string sent(line);
  const auto plain = parse_reply(sent);
  if (!plain || !sent.ends_with('}') || plain->more || mgr::take_signature(sent + '\n')) return;
  std::string signed_line = mgr::with_signature(sent + '\n', host.sign(sent + '\n'));
  signed_line.pop_back();
  const auto reply = check_reply(signed_line, host.known, key, nonce);
  // What stands before may end as the broker's "signed":N does, and then it is none of the host's.
  if (!reply) return;
  require(!reply->is_unproven && reply->success == plain->success && reply->msg == plain->msg);
  const auto foreign = check_reply(signed_line, host.known, "mallory", nonce);
  require(!foreign || foreign->more);
}

// What a broker adds to the result of a command: its output, and nothing that was not signed.
void check_result(const Host& host, std::string_view added) {
  const std::string front = R"({"success":true,"msg":"run ok","data":{"id":7)";
  const std::string line = front + std::string(added) +
                           "},\"signed\":" + std::to_string(front.size()) + ",\"signature\":\"" +
                           host.sign(front + "}}\n") + "\"}";
  const auto reply = check_reply(line, host.known, key, nonce);
  if (!reply || (reply->success && reply->more)) return;
  require(reply->success && reply->msg == "run ok");
  const auto data = parse_json(reply->data_json);
  require(data && data->number_at("id") == 7 && data->names.front() == "id");
  static constexpr std::array<std::string_view, 7> known{
      "id", "stdout", "stderr", "stdout_base64", "stderr_base64", "output", "left_out"};
  for (const std::string& name : data->names) {
    require(std::ranges::find(known, name) != known.end());
    require(std::ranges::count(data->names, name) == 1);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  static const bool started = sodium_init() >= 0;
  require(started);
  static const Host host;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  check_json(input);
  check_shown(input);
  check_unsigned(host, input);
  check_signed(host, input);
  check_result(host, input);
  return 0;
}
