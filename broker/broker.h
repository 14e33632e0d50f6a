// Broker (uid mgr-broker). The whole of it on one loop: listeners, link, pipeline, signals.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "broker/listener.h"
#include "broker/loop.h"
#include "broker/pipeline.h"
#include "broker/supervisor.h"
#include "protocol/descriptor.h"

namespace mgr::broker {

// Lives as long as the process, in main; a test makes its own and turns its loop by hand.
class Broker {
 public:
  // `signals`: a signalfd, or none. Nothing is opened that the cage would not allow, but the loop.
  Broker(const PipelineOptions& options, std::vector<Descriptor> listeners, Descriptor signals,
         Supervisor supervisor);

  // Watches listeners and signals and makes the first attempt at the link. After the cage.
  Result<void> start();
  // Until SIGTERM, when what was asked has been answered, or a helper of another version. The exit
  // status.
  int run();
  // One turn of the loop, without waiting; for a test, which waits by itself.
  void turn() { uv_run(loop_.get(), UV_RUN_NOWAIT); }
  [[nodiscard]] uv_loop_t* loop() { return loop_.get(); }
  [[nodiscard]] const Pipeline& pipeline() const { return pipeline_; }

 private:
  void linked();
  void stop(int status);
  void tell_alive();
  void turn_ended();

  Loop loop_;
  Supervisor supervisor_;
  Pipeline pipeline_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  Descriptor signals_;
  Watch signal_watch_;
  Timer watchdog_;
  Timer out_of_patience_;
  TurnEnd turn_end_;
  int status_ = 0;
  bool was_ready_ = false;
  bool ends_ = false;
};

}  // namespace mgr::broker
