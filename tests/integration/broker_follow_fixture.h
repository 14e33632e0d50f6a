// Followed jobs: the files that a helper hands over, and a request that they answer.
#pragma once

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "protocol/output_record.h"
#include "tests/unit/broker_support.h"

namespace mgr::broker::test {

using Json = nlohmann::json;
inline constexpr std::string_view last_line =
    "{\"success\":true,\"msg\":\"follow ok\",\"data\":{}}\n";

// A job's three files, of which all goes to the head.
class Files {
 public:
  Files() {
    for (Descriptor& file : files_) file = Descriptor(memfd_create("output", MFD_CLOEXEC));
  }
  void print(std::string_view text, OutputStream stream = OutputStream::output) {
    for (; !text.empty(); text.remove_prefix(std::min(text.size(), max_output_bytes))) {
      const std::string_view bytes = text.substr(0, max_output_bytes);
      std::string record;
      append_output_record(record, {printed_, attempt_, stream, bytes});
      EXPECT_EQ(write(files_[0].get(), record.data(), record.size()),
                static_cast<ssize_t>(record.size()));
      printed_ += bytes.size();
    }
  }
  void begin_anew() {
    EXPECT_EQ(ftruncate(files_[0].get(), 0), 0);
    EXPECT_EQ(lseek(files_[0].get(), 0, SEEK_SET), 0);
    printed_ = 0;
    ++attempt_;
  }
  [[nodiscard]] std::vector<int> descriptors() const {
    return {files_[0].get(), files_[1].get(), files_[2].get()};
  }

 private:
  std::array<Descriptor, 3> files_;
  std::uint64_t printed_ = 0;
  std::int64_t attempt_ = 1;
};

inline std::string follow_frame(std::uint64_t id, std::uint32_t tail = 0,
                                std::string_view action = "follow") {
  std::string frame;
  append_frame(frame, MessageKind::follow, id, encode(FollowMessage{tail, 0, action}));
  return frame;
}

class BrokerFollow : public ::testing::Test {
 protected:
  // A request of `client`, which is followed from now on.
  std::uint64_t follow(const Client& client, const Files& files, std::uint32_t tail = 0,
                       std::string_view request = kept_ping) {
    client.send(request);
    const std::uint64_t id = rig.hear_run().id;
    rig.helper.send_raw(follow_frame(id, tail), files.descriptors());
    return id;
  }
  void grew(std::uint64_t id) { rig.helper.send(MessageKind::grew, id, encode(GrewMessage{1})); }
  void expect_dropped() {
    rig.turn_until([this] { return rig.helper.link_ended(); });
  }
  // The texts of lines until the last one, which is `end`.
  static std::string read_to(Client& client, std::string_view end) {
    std::string text;
    for (std::string line = client.line(); line != end; line = client.line()) {
      const Json reply = Json::parse(line.empty() ? "{}" : line);
      EXPECT_TRUE(reply.contains("more")) << line;
      if (!reply.contains("more")) break;
      for (const Json& record : reply["data"]["records"]) text += record["text"];
    }
    return text;
  }
  Rig rig;
};

}  // namespace mgr::broker::test
