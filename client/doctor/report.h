// mgrctl, with the caller's own uid. What an examination finds: a line for each thing that was
// looked at, and what to do about it. What is shown may quote a broker that an attacker runs, and
// names of files that anybody made.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mgr::client {

enum class Verdict { ok, warning, failed, not_checked };
[[nodiscard]] std::string_view verdict_name(Verdict verdict);

struct Diagnosis {
  std::string_view check;  // "kernel", "users", …
  Verdict verdict = Verdict::ok;
  std::string found;
  std::string remedy;  // a command to type, or words; empty where there is nothing to do
};

class Report {
 public:
  // What is added from here on belongs to this check.
  void begin(std::string_view check);
  void ok(std::string found) { add(Verdict::ok, std::move(found), {}); }
  void warn(std::string found, std::string remedy) {
    add(Verdict::warning, std::move(found), std::move(remedy));
  }
  void fail(std::string found, std::string remedy) {
    add(Verdict::failed, std::move(found), std::move(remedy));
  }
  void skip(std::string why) { add(Verdict::not_checked, std::move(why), {}); }
  // ok, where nothing was found to be wrong since begin().
  void sum_up(std::string found);

  [[nodiscard]] const std::vector<Diagnosis>& all() const { return all_; }
  [[nodiscard]] std::size_t count(Verdict verdict) const;

 private:
  void add(Verdict verdict, std::string found, std::string remedy);

  std::string_view check_;
  bool has_trouble_ = false;
  std::vector<Diagnosis> all_;
};

// "warning      audit: …", and below it what to do; every character that a terminal might act on is
// written out, so that what others wrote is never a line of its own.
[[nodiscard]] std::string diagnosis_text(const Diagnosis& diagnosis, bool has_colour);
// "11 ok, 1 warning, 0 failed, 3 not checked"
[[nodiscard]] std::string summary_text(const Report& report);
// {"checks":[{"check":…,"verdict":…,"found":…,"remedy":…}],"ok":…,"warnings":…,"failed":…,…}
[[nodiscard]] std::string report_json(const Report& report);

}  // namespace mgr::client
