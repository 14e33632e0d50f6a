// Tests of the broker. A helper that does what the test says, a client, and a broker between them
// whose loop the test turns by hand: one thread, no sleeps, no races.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/broker.h"
#include "protocol/descriptor.h"
#include "protocol/field.h"
#include "protocol/root_language.h"

namespace mgr::broker::test {

// A folder under TMPDIR that goes with its owner.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// A message from the broker, with text of its own.
struct Heard {
  MessageKind kind{};
  std::uint64_t id = 0;
  std::string payload;
};

struct HeardRun {
  std::uint64_t id = 0;
  std::uint64_t connection = 0;
  std::string origin;
  std::vector<Field> fields;
  std::optional<std::string> body;
};

// The helper's end of the link.
class FakeHelper {
 public:
  explicit FakeHelper(const std::string& path);

  // Takes the next link that waits; false where none does.
  bool accept();
  // The same, and hear(), for a broker in a process of its own: they wait.
  void wait_for_link();
  Heard wait_for(MessageKind kind);
  void close_link() { link_.reset(); }
  // No link, and none to be had.
  void go_away();
  void come_back();

  // All of `bytes` and the descriptors in one sendmsg.
  void send_raw(std::string_view bytes, const std::vector<int>& descriptors = {});
  void send(MessageKind kind, std::uint64_t id, std::string_view payload);
  void reply(std::uint64_t id, std::string_view line, bool more = false);

  // The next message that has arrived. Nothing where none has.
  std::optional<Heard> hear();
  // True where the broker has closed the link.
  bool link_ended();

 private:
  std::string path_;
  Descriptor listener_;
  Descriptor link_;
  FrameReader reader_;
};

class Rig;

// A client's end of a connection.
class Client {
 public:
  Client(Rig& rig, Descriptor socket) : rig_(&rig), socket_(std::move(socket)) {}

  void send(std::string_view text) const;
  void half_close() const;
  void close() { socket_.reset(); }
  // The next line, its line feed included; turns the loop until it is there. "" at the end.
  std::string line();
  // The next so many lines, one after the other.
  std::string lines(int count);
  // True where the connection ends without another byte.
  bool ends();
  [[nodiscard]] int fd() const { return socket_.get(); }

 private:
  void fill();

  Rig* rig_;
  Descriptor socket_;
  std::string gathered_;
  bool ended_ = false;
};

// Settings with the modules that the tests ask for: mgr ping; scan (alias SCAN_MODULE) start with
// task_ids, required, and note; file put, which needs a body, and keep, which may have one.
SettingsMessage test_settings();

class Rig {
 public:
  explicit Rig(const SettingsMessage& settings = test_settings(), std::size_t descriptors = 1000);

  // Accepts the link and gets it ready.
  void link_up();
  // Turns the loop until `done`.
  void turn_until(const std::function<bool()>& done);
  // Lets everything happen that can without waiting.
  void settle();

  Client local(std::uint64_t number, std::uint32_t uid = 33, bool keeps_place = false);
  Client tcp();

  // The next message of that kind; others before it are forgotten.
  Heard hear(MessageKind kind);
  HeardRun hear_run();
  // True where no run message comes of all that has been sent.
  bool hears_no_run();
  std::uint64_t hear_closed();

  TemporaryFolder folder;
  FakeHelper helper;
  SettingsMessage settings;
  std::unique_ptr<Broker> broker;

 private:
  std::uint16_t port_ = 0;
};

// "err_code" of a failure line; 0 for a success; -1 for what is neither.
int code_of(std::string_view line);

// How many descriptors this process has open.
std::size_t open_descriptors();

inline constexpr std::string_view ping = "module:mgr\naction:ping\n\n";
inline constexpr std::string_view kept_ping = "mgr:keep-alive\nmodule:mgr\naction:ping\n\n";

}  // namespace mgr::broker::test
