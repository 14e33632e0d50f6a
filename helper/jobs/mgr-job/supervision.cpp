// mgr-job, user mgr-job with CAP_KILL; distrusts the tree.
#include "helper/jobs/mgr-job/supervision.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "helper/jobs/job_state.h"

namespace mgr {
namespace {

// The places of what is always polled; the rest of control's follow.
enum Place : std::size_t {
  at_timer,
  at_termination,
  at_report,
  at_process,
  at_leaf,
  at_capture,
  at_control = at_capture + Capture::places()
};

Descriptor open_termination() {
  sigset_t terminations;
  sigemptyset(&terminations);
  sigaddset(&terminations, SIGTERM);
  return Descriptor(signalfd(-1, &terminations, SFD_CLOEXEC | SFD_NONBLOCK));
}

// Empties a signalfd or timerfd.
void drain(const Descriptor& descriptor) {
  signalfd_siginfo ignored{};
  while (read(descriptor.get(), &ignored, sizeof(ignored)) > 0) {
  }
}

}  // namespace

Result<Supervision> Supervision::begin(const RunningJob& job) {
  auto control = Control::make(job.control);
  if (!control) return tl::unexpected(control.error());
  Supervision supervision(job, std::move(*control));
  supervision.timer_ = Descriptor(timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK));
  if (!supervision.timer_) return fail_errno("timerfd");
  supervision.termination_ = open_termination();
  if (!supervision.termination_) return fail_errno("signalfd");
  if (job.spec.run.timeout.count() > 0) supervision.arm_timer(job.spec.run.timeout);
  return supervision;
}

ExitRecord Supervision::run() {
  while (!command_ended_ || !leaf_empty_) {
    wait();
    const auto happened = [this](Place place) { return polled_[place].revents != 0; };
    if (happened(at_report)) on_report();
    if (happened(at_process)) on_command_end();
    leaf_empty_ = !job_.leaf.populated().value_or(true);
    if (happened(at_termination)) {
      drain(termination_);
      begin_stop();
    }
    if (control_.handle(&polled_[at_control])) begin_stop();
    if (happened(at_timer)) on_timer();
    on_output();
  }
  finish_output();
  return std::move(record_);
}

void Supervision::wait() {
  polled_.clear();
  polled_.push_back({timer_.get(), POLLIN, 0});
  polled_.push_back({termination_.get(), POLLIN, 0});
  polled_.push_back({job_.command.report(), POLLIN, 0});  // -1, which poll skips, when it is done
  polled_.push_back({command_ended_ ? -1 : job_.command.process(), POLLIN, 0});
  polled_.push_back({job_.leaf.events(), POLLPRI, 0});
  job_.capture.add_to(polled_);
  control_.add_to(polled_);
  while (poll(polled_.data(), polled_.size(), -1) < 0) {
  }
}

bool Supervision::has_ended() {
  if (!command_ended_) on_command_end();
  leaf_empty_ = !job_.leaf.populated().value_or(true);
  return command_ended_ && leaf_empty_;
}

// A machine that goes down stops what is about to be recorded as a success. Any other end may be
// the stop's work: it comes from elsewhere too, to all processes at once.
void Supervision::begin_stop() {
  if (stopping_) return;
  if (has_ended() && state_of(job_.spec, record_) == JobState::succeeded) return;
  stopping_ = true;
  record_.stopped = !record_.timed_out;
  if (job_.spec.run.stop_grace.count() == 0) return kill_tree();
  job_.signals.send(SIGTERM);
  arm_timer(job_.spec.run.stop_grace);
}

void Supervision::kill_tree() {
  const bool again = kill_again_ > first_between_kills;
  if (!job_.leaf.kill() || again) job_.signals.end_rest();
  arm_timer(kill_again_);
  kill_again_ = std::min(2 * kill_again_, longest_between_kills);
}

void Supervision::arm_timer(std::chrono::milliseconds after) {
  itimerspec when{};
  when.it_value.tv_sec = static_cast<time_t>(after.count() / 1000);
  when.it_value.tv_nsec = static_cast<long>(after.count() % 1000) * 1'000'000;
  (void)timerfd_settime(timer_.get(), 0, &when, nullptr);
}

// One timer: until a stop it is the timeout's, then the grace period's, then the next kill's.
void Supervision::on_timer() {
  drain(timer_);
  if (stopping_) return kill_tree();
  if (has_ended()) return;
  record_.timed_out = true;
  begin_stop();
}

void Supervision::on_output() {
  job_.capture.handle(&polled_[at_capture]);
  control_.set_progress(job_.capture.progress());
  control_.set_output(job_.capture.printed());
}

void Supervision::finish_output() {
  job_.capture.finish();
  record_.output_bytes = job_.capture.printed();
  record_.progress = job_.capture.progress();
  control_.set_progress(record_.progress);
  control_.set_output(record_.output_bytes);
  control_.finish();
}

void Supervision::on_report() {
  if (auto failure = job_.command.take_report()) {
    record_.outcome = JobOutcome::could_not_start;
    record_.detail = std::move(*failure);
  }
}

void Supervision::on_command_end() {
  const auto ended = job_.command.reap();
  if (!ended) return;
  command_ended_ = true;
  // Its report is in the channel before it ends; poll may have told of both at once or not.
  if (job_.command.report() >= 0) on_report();
  if (record_.outcome == JobOutcome::could_not_start) return;
  record_.outcome = ended->outcome;
  record_.status = ended->status;
}

}  // namespace mgr
