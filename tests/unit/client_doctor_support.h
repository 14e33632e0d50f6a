// What is said in a report of `mgrctl doctor`, as tests hold it against what they expect.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "client/doctor/report.h"

namespace mgr::client {

// "failed: found" of each line.
inline std::vector<std::string> lines(const Report& report) {
  std::vector<std::string> all;
  for (const Diagnosis& each : report.all()) {
    all.push_back(std::string(verdict_name(each.verdict)) + ": " + each.found);
  }
  return all;
}

// Of the one line; of several how many.
inline std::string only(const Report& report) {
  const auto all = lines(report);
  return all.size() == 1 ? all[0] : std::to_string(all.size()) + " lines";
}

inline bool starts_one(const Report& report, std::string_view front) {
  for (const std::string& line : lines(report)) {
    if (line.starts_with(front)) return true;
  }
  return false;
}

}  // namespace mgr::client
