// mgrctl, with the caller's own uid; distrusts every text from the daemon.
#include "client/jobs/job_table.h"

#include <algorithm>
#include <array>

#include "client/display.h"
#include "client/jobs/units.h"
#include "client/users.h"

namespace mgr::client {
namespace {

constexpr std::size_t cell_width = 40;
constexpr std::size_t state_column = 1;

struct StateColour {
  std::string_view state, colour;
};
constexpr std::array<StateColour, 9> state_colours{{{"accepted", "36"},
                                                    {"queued", "36"},
                                                    {"running", "36"},
                                                    {"stopping", "33"},
                                                    {"succeeded", "32"},
                                                    {"stopped", "33"},
                                                    {"failed", "31"},
                                                    {"timed-out", "31"},
                                                    {"lost", "31"}}};

std::string_view colour_of(const std::string& state) {
  for (const StateColour& known : state_colours) {
    if (known.state == state) return known.colour;
  }
  return "";
}

std::string or_dash(const std::string& text) {
  return text.empty() ? "-" : shortened(text, cell_width);
}

// One that has succeeded is as far as it can be, whatever it told last.
std::string progress_text(const Job& job) {
  const bool is_told = job.progress && job.state != "succeeded";
  return is_told ? std::to_string(*job.progress) + " %" : "-";
}

std::string caller_text(const Job& job) {
  std::string text = job.uid ? user_name(*job.uid) : "-";
  if (!job.caller_key.empty()) text = "key " + shortened(job.caller_key, 32);
  if (!job.on_behalf_of.empty()) text += " for " + shortened(job.on_behalf_of, 16);
  return text;
}

// Since then; "-" for a time that is none, or that is to come.
std::string since(const std::string& time, std::int64_t until) {
  const auto begin = parse_time(time);
  if (!begin || *begin > until) return "-";
  return human_duration(static_cast<std::uint64_t>(until - *begin));
}

std::string duration_text(const Job& job, const JobStyle& style) {
  if (job.wall_ms && job.has_ended()) return human_duration(*job.wall_ms);
  const auto end = job.ended.empty() ? style.now : parse_time(job.ended).value_or(-1);
  return since(job.started, end);
}

std::string time_text(const std::string& time) { return shortened(human_time(time), cell_width); }

// A time with how long ago it was.
std::string time_and_age(const std::string& time, const JobStyle& style) {
  const std::string age = since(time, style.now);
  return time_text(time) + (age == "-" ? "" : " (" + age + " ago)");
}

// Until then: "in 4 min"; "" for a time that is none, or past.
std::string until(const std::string& time, std::int64_t now) {
  const auto then = parse_time(time);
  if (!then || *then <= now) return "";
  return "in " + human_duration(static_cast<std::uint64_t>(*then - now));
}

// Short, for a column.
std::string due_cell(const Job& job, const JobStyle& style) {
  if (job.due.empty()) return "-";
  const std::string wait = until(job.due, style.now);
  return wait.empty() ? time_text(job.due) : wait;
}

// An argument as a shell would want it written; for reading, and harmless.
std::string quoted(const std::string& argument) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";
  if (!argument.empty() && argument.find_first_not_of(plain) == std::string::npos) return argument;
  std::string text = "'";
  for (const char byte : argument) text += byte == '\'' ? "'\\''" : std::string(1, byte);
  return harmless(text + "'");
}

std::string command_text(const JsonValue& argv) {
  std::string text;
  for (const JsonValue& argument : argv.items) {
    text += (text.empty() ? "" : " ") + quoted(argument.text);
  }
  return text;
}

// What is told of a job in words of its own, so that it is not told again below them.
class Details {
 public:
  Details(const JsonValue& from, const JobStyle& style) : rest_(from), style_(style) {}

  // `text` is harmless already.
  void line(std::string_view name, const std::string& text) {
    if (text.empty()) return;
    out_ += std::string(name) + ": ";
    out_.append(name.size() < 9 ? 9 - name.size() : 0, ' ');
    out_ += text + '\n';
  }
  void drop(std::initializer_list<std::string_view> names) {
    for (std::size_t i = rest_.names.size(); i-- > 0;) {
      if (std::find(names.begin(), names.end(), rest_.names[i]) == names.end()) continue;
      rest_.items.erase(rest_.items.begin() + static_cast<std::ptrdiff_t>(i));
      rest_.names.erase(rest_.names.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  void time(std::string_view label, const std::string& text) {
    if (!text.empty()) line(label, time_and_age(text, style_));
  }
  // What is left, but for empty lists and objects.
  std::string finish() {
    for (std::size_t i = rest_.items.size(); i-- > 0;) {
      const JsonValue& value = rest_.items[i];
      const bool is_list = value.is(JsonValue::Kind::array) || value.is(JsonValue::Kind::object);
      if (is_list && value.items.empty()) drop({rest_.names[i]});
    }
    return out_ + render_members(rest_);
  }

 private:
  std::string out_;
  JsonValue rest_;
  const JobStyle& style_;
};

std::string state_text(const Job& job, const JobStyle& style) {
  std::string text = coloured(shortened(job.state, 32), style.colour ? colour_of(job.state) : "");
  if (const std::string progress = progress_text(job); progress != "-") text += ", " + progress;
  const std::string exit = exit_text(job);
  if (exit != "-") text += job.signal ? ", " + exit : ", exit status " + exit;
  return text;
}

std::string used_text(const JsonValue& from) {
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  if (const auto spent = from.number_at("processor_ms")) {
    add(human_duration(*spent) + " of processor");
  }
  if (const auto peak = from.number_at("peak_memory")) add(human_size(*peak) + " of memory");
  if (const auto output = from.number_at("output_bytes")) add(human_size(*output) + " of output");
  return text;
}

void append_what_ran(Details& details, const JsonValue& from, const Job& job) {
  std::string caller = caller_text(job);
  if (job.uid && user_name(*job.uid) != std::to_string(*job.uid)) {
    caller += " (uid " + std::to_string(*job.uid) + ")";
  }
  if (caller != "-") details.line("Caller", caller);
  if (const auto user = from.string_at("user")) details.line("User", harmless(*user));
  if (const JsonValue* argv = from.find("argv")) details.line("Command", command_text(*argv));
  if (const auto limit = from.number_at("timeout_ms")) {
    details.line("Timeout", human_duration(*limit));
  }
  if (const auto attempt = from.number_at("attempt")) {
    if (*attempt > 1) details.line("Attempt", std::to_string(*attempt));
  }
}

}  // namespace

std::string exit_text(const Job& job) {
  if (job.signal) return "signal " + std::to_string(*job.signal);
  return job.exit_status ? std::to_string(*job.exit_status) : "-";
}

std::string due_text(const Job& job, const JobStyle& style) {
  const std::string wait = until(job.due, style.now);
  if (job.due.empty() || wait.empty()) return time_and_age(job.due, style);
  return time_text(job.due) + " (" + wait + ")";
}

std::string waits_for_text(const std::vector<std::uint64_t>& ids) {
  constexpr std::size_t most = 16;
  std::string text;
  for (std::size_t i = 0; i < std::min(ids.size(), most); ++i) {
    text += (i == 0 ? "" : ", ") + std::to_string(ids[i]);
  }
  return ids.size() > most ? text + ", …" : text;
}

std::string render_job_table(const std::vector<Job>& jobs, const JobStyle& style) {
  std::vector<std::vector<std::string>> rows{
      {"ID", "STATE", "PROGRESS", "MODULE", "ACTION", "KEY", "CALLER", "AGE", "DURATION", "EXIT"}};
  const bool due = std::ranges::any_of(jobs, [](const Job& job) { return !job.due.empty(); });
  const bool wait =
      std::ranges::any_of(jobs, [](const Job& job) { return !job.waits_for.empty(); });
  if (due) rows.front().emplace_back("DUE");
  if (wait) rows.front().emplace_back("WAITS FOR");
  for (const Job& job : jobs) {
    rows.push_back({std::to_string(job.id), or_dash(job.state), progress_text(job),
                    or_dash(job.module), or_dash(job.action), or_dash(job.key), caller_text(job),
                    since(job.accepted, style.now), duration_text(job, style), exit_text(job)});
    if (due) rows.back().push_back(due_cell(job, style));
    if (wait) {
      rows.back().push_back(job.waits_for.empty() ? "-" : waits_for_text(job.waits_for));
    }
  }
  if (!style.colour) return render_table(rows);
  return render_table(rows, [&](std::size_t row, std::size_t column) -> std::string_view {
    if (row == 0) return "1";
    return column == state_column ? colour_of(jobs[row - 1].state) : "";
  });
}

std::string render_job_change(const Job& job, const JobStyle& style) {
  std::string text = human_time(style.now) + "  " + std::to_string(job.id) + "  ";
  text += coloured(or_dash(job.state), style.colour ? colour_of(job.state) : "");
  if (job.progress && !job.has_ended()) text += "  " + progress_text(job);
  const std::string exit = exit_text(job);
  if (exit != "-") text += job.signal ? "  " + exit : "  exit " + exit;
  text += "  " + shortened(job.name(), 2 * cell_width);
  if (!job.waits_for.empty()) text += "  waits for " + waits_for_text(job.waits_for);
  return text + '\n';
}

std::string render_job_details(const JsonValue& from, const JobStyle& style) {
  const auto job = read_job(from);
  if (!job) return render_members(from);
  Details details(from, style);
  details.line("Job",
               std::to_string(job->id) + (job->key.empty() ? "" : ", " + harmless(job->key)));
  details.line("Action", harmless(job->module + " " + job->action));
  details.line("State", state_text(*job, style));
  if (!job->detail.empty()) details.line("Detail", harmless(job->detail));
  append_what_ran(details, from, *job);
  details.time("Accepted", job->accepted);
  details.time("Started", job->started);
  details.time("Ended", job->ended);
  if (!job->due.empty()) details.line("Due", due_text(*job, style));
  details.line("Waits for", waits_for_text(job->waits_for));
  if (!job->started.empty()) details.line("Duration", duration_text(*job, style));
  details.line("Used", used_text(from));
  details.drop({"id",           "key",         "module",       "action",  "state",    "detail",
                "progress",     "exit_status", "signal",       "caller",  "user",     "argv",
                "timeout_ms",   "attempt",     "accepted",     "started", "ended",    "wall_ms",
                "processor_ms", "peak_memory", "output_bytes", "due",     "waits_for"});
  return details.finish();
}

std::string render_job_ids(const std::vector<Job>& jobs) {
  std::string text;
  for (const Job& job : jobs) text += std::to_string(job.id) + '\n';
  return text;
}

}  // namespace mgr::client
