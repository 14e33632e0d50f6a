// Broker (uid mgr-broker).
#include "broker/broker.h"

#include <utility>

#include "broker/log.h"

namespace mgr::broker {
namespace {

// A helper that runs sees at once that nothing more is asked.
constexpr std::uint64_t patience_ms = 2000;

}  // namespace

Broker::Broker(const PipelineOptions& options, std::vector<Descriptor> listeners,
               Descriptor signals, Supervisor supervisor)
    : supervisor_(std::move(supervisor)),
      pipeline_(
          loop_.get(), options, [this] { linked(); }, [this] { stop(1); }),
      signals_(std::move(signals)),
      watchdog_(loop_.get(), [this] { tell_alive(); }),
      out_of_patience_(loop_.get(), [this] { uv_stop(loop_.get()); }),
      turn_end_(loop_.get(), [this] { turn_ended(); }) {
  const auto admit = [this](Descriptor socket, std::string origin) {
    pipeline_.admit(std::move(socket), std::move(origin));
  };
  for (Descriptor& listener : listeners) {
    listeners_.push_back(std::make_unique<Listener>(loop_.get(), std::move(listener), admit));
  }
}

Result<void> Broker::start() {
  for (const auto& listener : listeners_) {
    if (auto started = listener->start(); !started) return started;
  }
  if (signals_) {
    auto opened = signal_watch_.open(loop_.get(), signals_.get(), [this](int) { stop(0); });
    if (!opened) return opened;
    signal_watch_.want(UV_READABLE);
  }
  if (supervisor_.watchdog_interval_ms() > 0) tell_alive();
  pipeline_.open();
  return {};
}

int Broker::run() {
  uv_run(loop_.get(), UV_RUN_DEFAULT);
  pipeline_.end_turn();
  return status_;
}

void Broker::linked() {
  if (std::exchange(was_ready_, true)) return;
  supervisor_.ready();
}

void Broker::stop(int status) {
  status_ = status;
  supervisor_.stopping();
  signal_watch_.close();
  for (const auto& listener : listeners_) listener->stop();
  ends_ = true;
  pipeline_.end();
  out_of_patience_.start(patience_ms);
}

void Broker::turn_ended() {
  pipeline_.end_turn();
  if (ends_ && !pipeline_.is_linked()) uv_stop(loop_.get());
}

void Broker::tell_alive() {
  supervisor_.alive();
  watchdog_.start(supervisor_.watchdog_interval_ms());
}

}  // namespace mgr::broker
