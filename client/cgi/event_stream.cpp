// mgr.cgi, as the web server's user; distrusts the lines that it passes on.
#include "client/cgi/event_stream.h"

#include <algorithm>
#include <optional>

#include "client/cgi/response.h"

namespace mgr::cgi {
namespace {

using Clock = std::chrono::steady_clock;
using Taken = client::Outcome<std::optional<client::Reply>>;

class EventStream {
 public:
  EventStream(Output& output, client::Exchange& exchange, const StreamTimes& times)
      : output_(output), exchange_(exchange), times_(times), end_(Clock::now() + times.whole) {}

  // True once the stream is over.
  bool take_up(const Taken& taken) {
    if (!taken) return end_with(line_of(unanswered(taken.error())));
    if (!*taken) return false;
    const client::Reply& reply = **taken;
    if (!reply.success || !reply.more) return end_with(line_of(reply) + '\n');
    return !write("data: " + line_of(reply) + "\n\n");
  }

  // False where nobody reads it any more.
  bool run(Taken taken) {
    while (is_read_ && !take_up(taken)) {
      if (Clock::now() >= end_) return write("event: again\ndata: {}\n\n");
      if (!*taken) wait();
      taken = exchange_.take();
    }
    return is_read_;
  }

  bool write(const std::string& text) {
    next_comment_ = Clock::now() + times_.comment;
    is_read_ = output_.write(text);
    return is_read_;
  }

 private:
  bool end_with(const std::string& line) {
    static_cast<void>(write("event: end\ndata: " + line + '\n'));
    return true;
  }

  void wait() {
    const auto until = std::min(next_comment_, end_);
    is_read_ = output_.wait_beside(exchange_.descriptor(), client::time_left(until));
    if (is_read_ && Clock::now() >= next_comment_) static_cast<void>(write(":\n\n"));
  }

  Output& output_;
  client::Exchange& exchange_;
  StreamTimes times_;
  Clock::time_point end_, next_comment_;
  bool is_read_ = true;
};

}  // namespace

bool write_events(Output& output, client::Exchange& exchange, const StreamTimes& times) {
  const auto first = exchange.next(Clock::now() + times.first);
  const bool is_late = !first && first.error().kind == client::Failure::Kind::no_answer;
  if (!first && !is_late) return write_refusal(output, unanswered(first.error()));
  if (first && !first->success) return write_reply(output, *first);
  EventStream stream(output, exchange, times);
  // A comment at once: with it the header gets through to the browser.
  if (!stream.write(header_of(200, event_stream_type, -1) + ":\n\n")) return false;
  return stream.run(first ? Taken(*first) : exchange.take());
}

}  // namespace mgr::cgi
