// The language of root: what broker and helper say to each other over /run/mgr/helper.sock, a UNIX
// stream socket. Each message is a fixed header and a payload of length-prefixed fields.
// The helper reads nothing else that comes from outside, and never the text that a client wrote.
//
//   broker → helper   hello  run  closed  refusals  counters
//   helper → broker   hello  settings  connection (with one descriptor)  reply
//                     follow (with three descriptors)  grew  result (with three descriptors)
//
// A payload is encode(message) of protocol/archive.h, and decode<Message>(payload) is total: bytes
// that are not exactly one such message give nothing, and whoever got them closes the link. Views
// in a decoded message point into the frame.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/archive.h"
#include "protocol/error.h"
#include "protocol/field.h"
#include "protocol/key.h"
#include "protocol/text.h"

namespace mgr {

// Broker and helper whose versions differ do not talk.
inline constexpr std::uint32_t root_language_version = 3;

enum class MessageKind : std::uint16_t {
  hello = 1,
  run = 2,
  closed = 3,
  refusals = 4,
  settings = 5,
  connection = 6,
  reply = 7,
  follow = 8,
  grew = 9,
  result = 10,
  counters = 11,
};

// One message as it travels. `id` numbers a request: the broker's choice, repeated in the reply;
// 0 in the other kinds, but for a `closed` of connection 0.
struct Frame {
  MessageKind kind;
  std::uint64_t id;
  std::string_view payload;
};

inline constexpr std::size_t frame_header_length = 16;
inline constexpr std::size_t max_settings_length = 1 << 20;
inline constexpr std::size_t max_reply_length = 1 << 20;

// The largest payload of a kind; 0 for a number that is no kind.
[[nodiscard]] std::size_t max_payload_length(std::uint16_t kind);

void append_frame(std::string& out, MessageKind kind, std::uint64_t id, std::string_view payload);

// Cuts a stream of bytes into frames. Both ends of the link own one.
class FrameReader {
 public:
  enum class State { incomplete, frame, broken };

  // Room for the next recv: at least `least` bytes at the end of the buffer.
  [[nodiscard]] char* space(std::size_t least);
  void received(std::size_t bytes) { end_ += bytes; }
  // True where no byte of a further frame has come.
  [[nodiscard]] bool empty() const { return begin_ == end_; }

  // The next frame, valid until the next call of space(). `broken`: an unknown kind, a length over
  // its kind's limit, or a header whose spare bits are set; the link must be closed.
  State next(Frame& frame);

 private:
  std::string buffer_;
  std::size_t begin_ = 0, end_ = 0;
};

// ---- both ways -----------------------------------------------------------------------------

struct HelloMessage {
  std::uint32_t version = root_language_version;
  std::string_view program;  // "mgr-helper 0.1.0": for who reads a trace
  static void members(auto& archive, auto& record) { archive(record.version, record.program); }
};

// ---- broker → helper -----------------------------------------------------------------------

// A request to be answered. `connection` is the number that the helper gave to a local connection,
// 0 for one from the network. `origin` is the broker's word for where that was ("127.0.0.1:5123"),
// for the audit alone. `fields` are all that the client sent, as many as max_fields; `body` the
// bytes that mgr-body announced, where it did.
struct RunMessage {
  std::uint64_t connection = 0;
  std::string_view origin;
  std::vector<FieldView> fields;
  std::optional<std::string_view> body{};
  static void members(auto& archive, auto& record) {
    archive(record.connection, record.origin, record.fields, record.body);
  }
};

// The broker has ended a connection that it had been handed; the helper forgets its caller. Or,
// with connection 0, the client of the run message of the same id has gone, who came from the
// network.
struct ClosedMessage {
  std::uint64_t connection = 0;
  static void members(auto& archive, auto& record) { archive(record.connection); }
};

// What the broker refused by itself since the last such message: at most one a second.
struct Refusal {
  std::string_view source;  // "uid 33", or an address without its port
  ErrorCode code = ErrorCode::malformed;
  std::uint32_t count = 0;
  static void members(auto& archive, auto& record) {
    archive(record.source, record.code, record.count);
  }
};
struct RefusalsMessage {
  std::vector<Refusal> refusals;
  static void members(auto& archive, auto& record) { archive(record.refusals); }
};
inline constexpr std::size_t max_refusals = 256;

// What the broker has counted since it started, one value for each of broker_counters, in their
// order: told at most once a second, and only where something has changed. For `mgr stats` alone.
inline constexpr std::array<std::string_view, 14> broker_counters{
    "connections",         // accepted, handed down ones among them
    "connections_open",    // now
    "connections_busy",    // turned away over a limit
    "requests",            // whole blocks
    "requests_waiting",    // now: for their caller's turn
    "requests_refused",    // by the broker itself
    "requests_signed",     // those whose signature verified here, or is the helper's to verify
    "signatures_refused",  // unknown keys and signatures that do not verify
    "requests_stale",      // out of the window, or for another host
    "requests_paced",      // waited, or were refused, over requests_per_second
    "deadlines",           // blocks that did not arrive in time
    "replies",             // last lines that went to clients
    "bytes_in",
    "bytes_out",
};
struct CountersMessage {
  std::vector<std::uint64_t> values;
  static void members(auto& archive, auto& record) { archive(record.values); }
};

// ---- helper → broker -----------------------------------------------------------------------

// The limits that the broker holds clients to (mgr.toml, [limits]). Times in milliseconds.
struct BrokerLimits {
  std::uint32_t connections = 10240;           // in all
  std::uint32_t kept_places = 32;              // of those, for uid 0 and the admins
  std::uint32_t connections_per_caller = 256;  // a uid; those from the network share one such count
  std::uint32_t requests_in_flight = 64;       // a uid
  std::uint32_t block_deadline_ms = 5000;      // from a block's first byte to its last
  std::uint32_t idle_deadline_ms = 60000;      // between blocks
  std::uint32_t requests_per_second = 2000;    // a uid or key, and all of the network together
  std::uint32_t burst = 4000;                  // of those, so many at once
  friend bool operator==(const BrokerLimits&, const BrokerLimits&) = default;
  static void members(auto& archive, auto& record) {
    archive(record.connections, record.kept_places, record.connections_per_caller,
            record.requests_in_flight, record.block_deadline_ms, record.idle_deadline_ms,
            record.requests_per_second, record.burst);
  }
};

// What may be asked for, far enough for the broker to refuse what cannot be right: the types of
// the arguments are the helper's to check.
struct ArgumentSchema {
  std::string name;
  bool required = false;
  friend bool operator==(const ArgumentSchema&, const ArgumentSchema&) = default;
  static void members(auto& archive, auto& record) { archive(record.name, record.required); }
};
struct ActionSchema {
  std::string name;
  std::vector<ArgumentSchema> arguments;
  bool takes_body = false;  // has an argument of type blob, which is none of `arguments`
  bool needs_body = false;  // and that is required
  friend bool operator==(const ActionSchema&, const ActionSchema&) = default;
  static void members(auto& archive, auto& record) {
    archive(record.name, record.arguments, record.takes_body, record.needs_body);
  }
};
struct ModuleSchema {
  std::string name;
  std::vector<std::string> aliases;  // as clients write them: SCAN_MODULE is for scan
  std::vector<ActionSchema> actions;
  friend bool operator==(const ModuleSchema&, const ModuleSchema&) = default;
  static void members(auto& archive, auto& record) {
    archive(record.name, record.aliases, record.actions);
  }
};

// Sent after hello. Of the keys no secret is told: those for HMAC the broker lets through, and the
// helper checks.
struct SettingsMessage {
  BrokerLimits limits;
  std::vector<ModuleSchema> modules;
  std::string host_id{};  // what auth-to must be
  std::vector<KeyRecord> keys{};
  static void members(auto& archive, auto& record) {
    archive(record.limits, record.modules, record.host_id, record.keys);
  }
};

// A local connection that the helper accepted; its descriptor travels with this message: the
// descriptors of a batch belong to its messages in their order. `uid` serves the broker's limits
// alone, and is UINT32_MAX for all whom no principal names;
// `keeps_place` is true for uid 0 and the admins.
struct ConnectionMessage {
  std::uint64_t connection = 0;
  std::uint32_t uid = 0;
  bool keeps_place = false;
  static void members(auto& archive, auto& record) {
    archive(record.connection, record.uid, record.keeps_place);
  }
};

// The answer to the run message of the same id: the line for the client, its line feed included.
// `more`: further replies to this request follow. Every run message gets exactly one last reply,
// also where its connection has been closed meanwhile; a reply to an id that is not open breaks the
// link.
struct ReplyMessage {
  bool more = false;
  std::string_view line;
  static void members(auto& archive, auto& record) { archive(record.more, record.line); }
};

// The files of a job's output: head, tail0 and tail1.
inline constexpr std::size_t descriptors_of_output = 3;

// A job's output, which the helper never reads: three descriptors, read-only, travel with this
// message (its files head, tail0 and tail1, output_record.h). The broker puts what is in them, from
// position `from` or the last `tail` lines on (0: from the start), into replies to the run message
// of the same id; it looks again at every `grew` of that id, and for the last time at its last
// reply, which it keeps back until then. A further `follow` of an id follows the next attempt.
struct FollowMessage {
  std::uint32_t tail = 0;
  std::uint64_t from = 0;   // bytes, as the records' positions
  std::string_view action;  // for the replies: "follow ok"
  static void members(auto& archive, auto& record) {
    archive(record.tail, record.from, record.action);
  }
};
struct GrewMessage {
  std::uint64_t bytes = 0;  // printed so far, for who reads a trace
  static void members(auto& archive, auto& record) { archive(record.bytes); }
};

// The last reply to a run message whose answer is what a job printed: the job's three files travel
// with it, as with a follow. `line` is the line for the client without that: it ends with "}}\n",
// the end of its member `data`, an object that is not empty. There the broker puts `stdout` and
// `stderr`; or, with `json`, `output` (standard output as the JSON that it must be) and `stderr`.
// `printed`: bytes of both, kept or not, by mgr-job's word. `signature`, of a signed request: that
// of `line` as it is here, in base64; the broker puts it at the end of its line, with the length of
// what was signed before the braces (signed_request.h).
struct ResultMessage {
  bool json = false;
  std::uint64_t printed = 0;
  std::string_view line;
  std::string_view signature{};
  static void members(auto& archive, auto& record) {
    archive(record.json, record.printed, record.line, record.signature);
  }
};

}  // namespace mgr
