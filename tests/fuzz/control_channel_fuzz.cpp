// Fuzz target: the channel between helper and mgr-job, with the sockets that it has in earnest. The
// bytes are packets: one of length and peer, then the packet. Each goes to a mgr-job as from one of
// two helpers, and to a helper as from a mgr-job. Nothing but the two words moves mgr-job, and no
// packet that is not one note the helper.
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "helper/jobs/control_socket.h"
#include "helper/jobs/mgr-job/control.h"
#include "protocol/archive.h"
#include "tests/fuzz/property.h"

namespace {

using namespace mgr;

void send_packet(const Descriptor& to, std::string_view packet) {
  (void)send(to.get(), packet.data(), packet.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

struct Helper {
  Descriptor socket;
  bool connected = false;  // by what was sent so far
  bool follows = false;
};

class Job {
 public:
  explicit Job(const Descriptor& listener) : control_(Control::make(listener.get())) {
    require(control_.has_value());
  }

  // True where a stop was asked for.
  bool turn() {
    std::vector<pollfd> polled;
    control_->add_to(polled);
    require(poll(polled.data(), polled.size(), 0) >= 0);
    return control_->handle(polled.data());
  }

  Helper accept(int folder) {
    auto socket = connect_to_control(folder);
    require(socket.has_value());
    require(!turn());
    return {std::move(*socket), geteuid() == 0, false};  // another user is hung up on
  }

  void hear(Helper& helper, std::string_view packet) {
    if (packet == follow_message) {
      send_follow(helper.socket);
    } else if (packet == stop_message) {
      require(send_stop(helper.socket));  // also where nobody is there any more
    } else {
      send_packet(helper.socket, packet);
    }
    const bool stops = helper.connected && packet == stop_message;
    require(turn() == stops);
    if (packet == follow_message) {
      helper.follows = true;
    } else if (!stops) {
      helper.connected = false;
    }
  }

  void change(std::uint64_t output, std::uint8_t percent) {
    output_ = output;
    control_->set_output(output);
    control_->set_progress(percent <= 100 ? std::optional(percent) : std::nullopt);
  }

  // What waits there is notes of what is true, and a hang-up where there has to be one.
  void check(const Helper& helper) const {
    auto note = receive_note(helper.socket);
    while (note && *note) {
      const bool is_progress = (*note)->kind == ControlNoteKind::progress;
      require(is_progress ? (*note)->value <= 100 : helper.follows && (*note)->value <= output_);
      note = receive_note(helper.socket);
    }
    require(note.has_value() == helper.connected);
  }

  void finish() { control_->finish(); }

 private:
  Result<Control> control_;
  std::uint64_t output_ = 0;
};

// As from a mgr-job that has been taken over.
void check_note(std::string_view packet) {
  std::array<int, 2> ends{};
  require(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) == 0);
  const Descriptor job(ends[0]), helper(ends[1]);
  send_packet(job, packet);
  const auto note = receive_note(helper);
  require(note.has_value() == !packet.empty());  // an empty one is a hang-up
  if (note && *note) require(encode(**note) == packet);
}

std::string_view take_packet(std::string_view& input) {
  const std::size_t length = static_cast<unsigned char>(input.front()) & 0x7F;
  const std::string_view packet = input.substr(1, length);
  input.remove_prefix(1 + packet.size());
  return packet;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  static const ScratchFolder folder;
  static const auto lock = take_job_lock(folder.descriptor());
  static const auto listener = listen_on_control(folder.descriptor());
  static const auto taken = take_job_lock(folder.descriptor());
  require(lock && *lock && taken && !*taken && listener);
  std::string_view input(reinterpret_cast<const char*>(data), size);
  Job job(*listener);
  std::array<Helper, 2> helpers{job.accept(folder.descriptor()), job.accept(folder.descriptor())};
  for (std::uint64_t turn = 1; !input.empty() && turn < 64; ++turn) {
    Helper& helper = helpers.at(static_cast<unsigned char>(input.front()) >> 7);
    const std::string_view packet = take_packet(input);
    check_note(packet);
    job.hear(helper, packet);
    job.change(turn, static_cast<std::uint8_t>(packet.size()));
    for (const Helper& each : helpers) job.check(each);
  }
  job.finish();
  for (const Helper& each : helpers) job.check(each);
  return 0;
}
