// mgr-service · user mgr-service · distrusts the unit's name, which systemd judges, and the shape
// of the answer.
#include "modules/mgr-service/ask_systemd.h"

#include <cstring>
#include <memory>

namespace mgr_service {
namespace {

constexpr const char* systemd_name = "org.freedesktop.systemd1";

struct Unreference {
  void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
};
using Message = std::unique_ptr<sd_bus_message, Unreference>;

class BusError {
 public:
  BusError() = default;
  ~BusError() { sd_bus_error_free(&error_); }
  BusError(const BusError&) = delete;
  BusError& operator=(const BusError&) = delete;

  sd_bus_error* get() { return &error_; }
  // What an answer that is none means, from the status of the call.
  [[nodiscard]] Error meaning(int status) const {
    const std::string text = error_.message != nullptr ? error_.message : std::strerror(-status);
    for (const char* absent :
         {SD_BUS_ERROR_SERVICE_UNKNOWN, SD_BUS_ERROR_NAME_HAS_NO_OWNER, SD_BUS_ERROR_NO_REPLY,
          SD_BUS_ERROR_DISCONNECTED, SD_BUS_ERROR_TIMEOUT}) {
      if (sd_bus_error_has_name(&error_, absent) != 0) return silent(text);
    }
    if (status == -ETIMEDOUT || status == -ECONNRESET || status == -ENOTCONN) return silent(text);
    return {Exit::refused, "systemd says: " + quoted(text)};
  }

 private:
  static Error silent(const std::string& text) {
    return {Exit::unreachable, "systemd does not answer: " + quoted(text)};
  }

  sd_bus_error error_{};
};

tl::unexpected<Error> misshapen(int status) {
  return failure(Exit::refused, std::string("systemd's answer is none: ") + std::strerror(-status));
}

// A call with one argument, a text.
Result<Message> call(sd_bus* bus, const char* path, const char* interface, const char* member,
                     const char* argument, std::chrono::milliseconds timeout) {
  sd_bus_message* made = nullptr;
  int status = sd_bus_message_new_method_call(bus, &made, systemd_name, path, interface, member);
  const Message request(made);
  if (status >= 0) status = sd_bus_message_append(request.get(), "s", argument);
  if (status < 0) return tl::unexpected(BusError().meaning(status));
  BusError error;
  sd_bus_message* answered = nullptr;
  const std::chrono::microseconds limit = timeout;
  status = sd_bus_call(bus, request.get(), static_cast<std::uint64_t>(limit.count()), error.get(),
                       &answered);
  if (status < 0) return tl::unexpected(error.meaning(status));
  return Message(answered);
}

// Reads the variant that is next, and keeps it where it is a text or an integer.
int read_value(sd_bus_message* message, const char* name, Properties& properties) {
  char type = 0;
  const char* contents = nullptr;
  const int peeked = sd_bus_message_peek_type(message, &type, &contents);
  if (peeked < 0 || contents == nullptr) return peeked < 0 ? peeked : -EBADMSG;
  const std::string_view shape = contents;
  if (shape == "s") {
    const char* text = nullptr;
    const int status = sd_bus_message_read(message, "v", "s", &text);
    if (status >= 0) properties[name] = std::string(text);
    return status;
  }
  if (shape == "t" || shape == "u" || shape == "i") {
    std::uint64_t number = 0;
    std::uint32_t narrow = 0;  // an exit status, a pid: none is negative
    const int status = shape == "t" ? sd_bus_message_read(message, "v", "t", &number)
                                    : sd_bus_message_read(message, "v", contents, &narrow);
    if (status >= 0) properties[name] = shape == "t" ? number : narrow;
    return status;
  }
  return sd_bus_message_skip(message, "v");
}

Result<Properties> read_properties(sd_bus_message* message) {
  Properties properties;
  int status = sd_bus_message_enter_container(message, SD_BUS_TYPE_ARRAY, "{sv}");
  if (status < 0) return misshapen(status);
  while ((status = sd_bus_message_enter_container(message, SD_BUS_TYPE_DICT_ENTRY, "sv")) > 0) {
    const char* name = nullptr;
    status = sd_bus_message_read(message, "s", &name);
    if (status >= 0) status = read_value(message, name, properties);
    if (status >= 0) status = sd_bus_message_exit_container(message);
    if (status < 0) return misshapen(status);
  }
  if (status < 0) return misshapen(status);
  return properties;
}

}  // namespace

Result<Properties> ask_systemd(sd_bus* bus, const std::string& unit,
                               std::chrono::milliseconds timeout) {
  const auto loaded = call(bus, "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager",
                           "LoadUnit", unit.c_str(), timeout);
  if (!loaded) return tl::unexpected(loaded.error());
  const char* path = nullptr;
  const int status = sd_bus_message_read(loaded->get(), "o", &path);
  if (status < 0) return misshapen(status);
  const auto all = call(bus, path, "org.freedesktop.DBus.Properties", "GetAll", "", timeout);
  if (!all) return tl::unexpected(all.error());
  return read_properties(all->get());
}

}  // namespace mgr_service
