// mgrctl, with the caller's own uid; distrusts every text from the daemon.
#include <algorithm>

#include "client/display.h"

namespace mgr::client {
namespace {

using Kind = JsonValue::Kind;

constexpr std::size_t longest_ids = 60;

bool is_container(const JsonValue& value) {
  return value.is(Kind::object) || value.is(Kind::array);
}

// A value that is no container.
std::string plain_text(const JsonValue& value) {
  if (value.is(Kind::boolean)) return value.boolean ? "yes" : "no";
  return value.is(Kind::null) ? "-" : value.text;
}

// The member as a cell of a table; "-" where there is none to show.
std::string cell(const JsonValue& object, std::string_view name) {
  const JsonValue* member = object.find(name);
  return member == nullptr || is_container(*member) ? "-" : plain_text(*member);
}

std::string key_cell(const JsonValue& job) {
  const std::string key = cell(job, "key");
  return key != "-" ? key : cell(job, "module") + " " + cell(job, "action");
}

// Since when it is in its state.
std::string since_cell(const JsonValue& job) {
  for (const char* name : {"ended", "started", "accepted"}) {
    std::string time = cell(job, name);
    if (time != "-") return time;
  }
  return "-";
}

std::string exit_cell(const JsonValue& job) {
  const std::string signal = cell(job, "signal");
  return signal != "-" ? "signal " + signal : cell(job, "exit_status");
}

bool any_has(const JsonValue& jobs, std::string_view name) {
  return std::any_of(jobs.items.begin(), jobs.items.end(),
                     [&](const JsonValue& job) { return job.find(name) != nullptr; });
}

// The ids of a list, "3, 4".
std::string ids_cell(const JsonValue& job, std::string_view name) {
  const JsonValue* ids = job.find(name);
  if (ids == nullptr || !ids->is(Kind::array)) return "-";
  std::string joined;
  for (const JsonValue& id : ids->items) {
    if (!is_container(id)) joined += (joined.empty() ? "" : ", ") + plain_text(id);
  }
  return joined.empty() ? "-" : shortened(joined, longest_ids);
}

std::string render_jobs(const JsonValue& jobs) {
  if (jobs.items.empty()) return "no jobs\n";
  const bool due = any_has(jobs, "due");
  const bool waits = any_has(jobs, "waits_for");
  const bool started = any_has(jobs, "new");
  const bool detailed = any_has(jobs, "detail");
  std::vector<std::vector<std::string>> rows{{"ID", "KEY", "STATE", "SINCE", "EXIT"}};
  if (due) rows.front().push_back("DUE");
  if (waits) rows.front().push_back("WAITS FOR");
  if (started) rows.front().push_back("NEW");
  if (detailed) rows.front().push_back("DETAIL");
  for (const JsonValue& job : jobs.items) {
    rows.push_back(
        {cell(job, "id"), key_cell(job), cell(job, "state"), since_cell(job), exit_cell(job)});
    if (due) rows.back().push_back(cell(job, "due"));
    if (waits) rows.back().push_back(ids_cell(job, "waits_for"));
    if (started) rows.back().push_back(cell(job, "new"));
    if (detailed) rows.back().push_back(cell(job, "detail"));
  }
  return render_table(rows);
}

// Indented by two more than `indent`, so that no line of it can pass for a key of its own.
void append_text_lines(std::string& out, std::size_t indent, std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    out.append(indent + 2, ' ');
    out += harmless(text.substr(0, end)) + '\n';
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

void append_members(std::string& out, std::size_t indent, const JsonValue& object);

void append_array(std::string& out, std::size_t indent, const JsonValue& array) {
  if (std::none_of(array.items.begin(), array.items.end(), is_container)) {
    std::string joined;
    for (const JsonValue& item : array.items) {
      joined += (joined.empty() ? "" : ", ") + harmless(plain_text(item));
    }
    out += ' ' + (array.items.empty() ? "none" : joined) + '\n';
    return;
  }
  out += '\n';
  for (const JsonValue& item : array.items) {
    out.append(indent + 2, ' ');
    out += '-';
    if (item.is(Kind::object)) {
      out += '\n';
      append_members(out, indent + 4, item);
    } else if (item.is(Kind::array)) {
      append_array(out, indent + 2, item);
    } else {
      out += ' ' + harmless(plain_text(item)) + '\n';
    }
  }
}

// parse_json bounds the depth, and so this recursion.
void append_members(std::string& out, std::size_t indent, const JsonValue& object) {
  for (std::size_t i = 0; i < object.items.size(); ++i) {
    const JsonValue& value = object.items[i];
    out.append(indent, ' ');
    out += harmless(object.names[i]) + ':';
    if (value.is(Kind::object)) {
      out += value.items.empty() ? " none\n" : "\n";
      append_members(out, indent + 2, value);
    } else if (value.is(Kind::array)) {
      append_array(out, indent, value);
    } else if (value.is(Kind::string) && value.text.find('\n') != std::string::npos) {
      out += '\n';
      append_text_lines(out, indent, value.text);
    } else {
      out += ' ' + harmless(plain_text(value)) + '\n';
    }
  }
}

}  // namespace

std::string render_members(const JsonValue& object) {
  std::string out;
  append_members(out, 0, object);
  return out;
}

std::string render_success(const Reply& reply) {
  auto data = parse_json(reply.data_json);
  if (!data || !data->is(Kind::object) || data->items.empty()) return harmless(reply.msg) + '\n';
  std::string out;
  const auto jobs = std::find(data->names.begin(), data->names.end(), "jobs");
  if (jobs != data->names.end()) {
    const auto place = jobs - data->names.begin();
    const JsonValue list = data->items[static_cast<std::size_t>(place)];
    if (list.is(Kind::array)) {
      out += render_jobs(list);
      data->items.erase(data->items.begin() + place);
      data->names.erase(jobs);
    }
  }
  append_members(out, 0, *data);
  return out;
}

}  // namespace mgr::client
