// mgrctl, with the caller's own uid; pure.
#include "client/setup/topics.h"

#include <algorithm>
#include <array>

namespace mgr::client {
namespace {

// A condition does not hold for a request without the argument, so a plain `status` has a rule of
// its own; the numbers are those of the policy that is shipped.
constexpr std::array scan_rules{TopicRule{"start stop status", "task_ids", "1..999", ""},
                                TopicRule{"status list", "", "", ""}};
constexpr std::array service_rules{TopicRule{"status logs reload restart", "unit", "", ""}};
constexpr std::array mail_rules{TopicRule{"send", "to", "", "20/h"}};
// With wait_for_jobs there is no force: it breaks nothing off.
constexpr std::array shutdown_rules{TopicRule{"reboot", "wait_for_jobs", "yes", "3/h"},
                                    TopicRule{"status cancel", "", "", ""}};

constexpr std::array topics{
    Topic{"scan", "May it start scans, see how they go, and stop its own?", true, "", scan_rules},
    Topic{"service",
          "Of which services may it see the state and the log, and have them reloaded and "
          "restarted?\n"
          "      Whole names of units with commas between, such as nginx.service; or none",
          false, "--units", service_rules},
    Topic{"mail", "To whom may it send mail? Addresses with commas between; or none", false,
          "--recipients", mail_rules},
    Topic{"shutdown",
          "May it restart the machine, once all jobs have ended, and call that off? That wants a "
          "key,\n"
          "      which it signs the request with",
          false, "", shutdown_rules}};

constexpr std::array mgr_rules{TopicRule{"ping version whoami can-i modules", "", "", ""}};
constexpr std::array job_rules{TopicRule{"list show wait output follow watch", "", "", ""}};
constexpr std::array common{
    Topic{"mgr", "Whether mgr is there, and what may be asked of it.", true, "", mgr_rules},
    Topic{"job", "What has become of its own jobs, and what they printed.", true, "", job_rules}};

}  // namespace

const Topic* find_topic(std::string_view module) {
  const auto* found = std::ranges::find(topics, module, &Topic::module);
  return found == topics.end() ? nullptr : found;
}

std::span<const Topic> common_topics() { return common; }

}  // namespace mgr::client
