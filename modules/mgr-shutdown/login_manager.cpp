// mgr-shutdown · root · distrusts nothing that root's login manager says, and expects it to die.
#include "modules/mgr-shutdown/login_manager.h"

#include <fcntl.h>
#include <systemd/sd-daemon.h>

#include <cstdarg>

#include "modules/mgr-shutdown/request.h"

namespace mgr_shutdown {
namespace {

constexpr const char* name = "org.freedesktop.login1";
constexpr const char* path = "/org/freedesktop/login1";
constexpr const char* interface = "org.freedesktop.login1.Manager";

struct BusError {
  sd_bus_error error = SD_BUS_ERROR_NULL;
  BusError() = default;
  BusError(const BusError&) = delete;
  BusError& operator=(const BusError&) = delete;
  ~BusError() { sd_bus_error_free(&error); }

  [[nodiscard]] tl::unexpected<Error> failed(const std::string& what, int result) const {
    if (error.message == nullptr) return system_failure("the login manager: " + what, result);
    return failure("the login manager: " + what + ": " + error.message);
  }
};

}  // namespace

Result<std::unique_ptr<LoginManager>> LoginManager::connect(EventLoop& loop) {
  if (sd_booted() <= 0) return failure("systemd does not run");
  std::unique_ptr<LoginManager> manager(new LoginManager);
  if (const int opened = sd_bus_open_system(&manager->bus_); opened < 0) {
    return system_failure("the system bus", opened);
  }
  (void)sd_bus_set_exit_on_disconnect(manager->bus_, 0);
  manager->answer_within(std::chrono::seconds(10));
  const int attached = sd_bus_attach_event(manager->bus_, loop.get(), SD_EVENT_PRIORITY_NORMAL);
  if (attached < 0) return system_failure("the system bus", attached);
  if (auto answered = manager->scheduled(); !answered) return tl::unexpected(answered.error());
  return manager;
}

LoginManager::~LoginManager() {
  if (bus_ != nullptr) sd_bus_flush_close_unref(bus_);
}

void LoginManager::answer_within(std::chrono::seconds limit) {
  const std::chrono::microseconds timeout = limit;
  (void)sd_bus_set_method_call_timeout(bus_, static_cast<std::uint64_t>(timeout.count()));
}

Result<Scheduled> LoginManager::scheduled() {
  BusError error;
  sd_bus_message* reply = nullptr;
  const char* type = nullptr;
  Scheduled found;
  int result = sd_bus_get_property(bus_, name, path, interface, "ScheduledShutdown", &error.error,
                                   &reply, "(st)");
  const Message owner(reply);
  if (result >= 0) result = sd_bus_message_read(reply, "(st)", &type, &found.at);
  if (result < 0) return error.failed("ScheduledShutdown", result);
  found.type = type;
  if (found.type.empty()) found.at = 0;
  return found;
}

Result<bool> LoginManager::goes_down() {
  BusError error;
  int preparing = 0;
  const int result = sd_bus_get_property_trivial(
      bus_, name, path, interface, "PreparingForShutdown", &error.error, 'b', &preparing);
  if (result < 0) return error.failed("PreparingForShutdown", result);
  return preparing != 0;
}

// Any user may be let block, by words of their own and as often as they like.
Result<std::string> LoginManager::blocked_by() {
  constexpr std::size_t most_named = 10;
  std::size_t blocking = 0;
  const auto reply = call("ListInhibitors", "");
  if (!reply) return tl::unexpected(reply.error());
  std::string found;
  const char *what = nullptr, *who = nullptr, *why = nullptr, *mode = nullptr;
  std::uint32_t uid = 0, pid = 0;
  int result = sd_bus_message_enter_container(reply->get(), SD_BUS_TYPE_ARRAY, "(ssssuu)");
  while (result > 0 && (result = sd_bus_message_read(reply->get(), "(ssssuu)", &what, &who, &why,
                                                     &mode, &uid, &pid)) > 0) {
    const bool blocks = (':' + std::string(what) + ':').find(":shutdown:") != std::string::npos;
    if (!blocks || std::string(mode) != "block") continue;
    if (++blocking > most_named) continue;
    found += (found.empty() ? "" : ", ") + printable(who) + " (pid " + std::to_string(pid) +
             ", uid " + std::to_string(uid) + ": " + printable(why) + ")";
  }
  if (result < 0) return system_failure("the login manager: ListInhibitors", result);
  if (blocking > most_named) found += " and " + std::to_string(blocking - most_named) + " more";
  return found;
}

Result<void> LoginManager::set_wall_message(const std::string& message) {
  const auto reply = call("SetWallMessage", "sb", message.c_str(), 1);
  if (!reply) return tl::unexpected(reply.error());
  return {};
}

Result<void> LoginManager::schedule(const Scheduled& shutdown) {
  const auto reply = call("ScheduleShutdown", "st", shutdown.type.c_str(), shutdown.at);
  if (!reply) return tl::unexpected(reply.error());
  return {};
}

Result<void> LoginManager::cancel() {
  const auto reply = call("CancelScheduledShutdown", "");
  if (!reply) return tl::unexpected(reply.error());
  return {};
}

Result<void> LoginManager::delay_until_our_end() {
  const auto reply = call("Inhibit", "ssss", "shutdown", "mgr-shutdown",
                          "The end of the job is to be recorded", "delay");
  if (!reply) return tl::unexpected(reply.error());
  int descriptor = -1;
  const int result = sd_bus_message_read(reply->get(), "h", &descriptor);
  if (result < 0) return system_failure("the login manager: Inhibit", result);
  // Not the message's own, which goes with it; closed by the end of the process, and not before.
  if (fcntl(descriptor, F_DUPFD_CLOEXEC, 3) >= 0) return {};
  return system_failure("the login manager's inhibitor", errno);
}

Result<void> LoginManager::on_going_down(std::function<void()> call) {
  going_down_ = std::move(call);
  const auto prepares = [](sd_bus_message* signal, void* manager, sd_bus_error*) {
    int active = 0;
    if (sd_bus_message_read(signal, "b", &active) >= 0 && active != 0) {
      static_cast<LoginManager*>(manager)->going_down_();
    }
    return 0;
  };
  const int result = sd_bus_match_signal(bus_, nullptr, name, path, interface, "PrepareForShutdown",
                                         prepares, this);
  if (result < 0) return system_failure("the login manager's signals", result);
  return {};
}

Result<LoginManager::Message> LoginManager::call(const char* method, const char* types, ...) {
  sd_bus_message* made = nullptr;
  int result = sd_bus_message_new_method_call(bus_, &made, name, path, interface, method);
  const Message request(made);
  std::va_list values;
  va_start(values, types);
  if (result >= 0) result = sd_bus_message_appendv(made, types, values);
  va_end(values);
  BusError error;
  sd_bus_message* reply = nullptr;
  if (result >= 0) result = sd_bus_call(bus_, made, 0, &error.error, &reply);
  if (result < 0) return error.failed(method, result);
  return Message(reply);
}

}  // namespace mgr_shutdown
