// mgrctl, with the caller's own uid; distrusts every text that it shows.
#include "client/doctor/report.h"

#include <algorithm>
#include <array>

#include "client/display.h"
#include "protocol/json.h"

namespace mgr::client {
namespace {

struct VerdictLook {
  std::string_view name, colour;
};
constexpr std::array<VerdictLook, 4> verdicts{
    {{"ok", "32"}, {"warning", "33"}, {"failed", "31"}, {"not checked", "2"}}};

const VerdictLook& look_of(Verdict verdict) {
  return verdicts.at(static_cast<std::size_t>(verdict));
}

constexpr std::size_t column = 13;  // behind the longest of those names

}  // namespace

std::string_view verdict_name(Verdict verdict) { return look_of(verdict).name; }

void Report::begin(std::string_view check) {
  check_ = check;
  has_trouble_ = false;
}

void Report::add(Verdict verdict, std::string found, std::string remedy) {
  has_trouble_ = has_trouble_ || verdict == Verdict::warning || verdict == Verdict::failed;
  all_.push_back({check_, verdict, std::move(found), std::move(remedy)});
}

void Report::sum_up(std::string found) {
  if (!has_trouble_) ok(std::move(found));
}

std::size_t Report::count(Verdict verdict) const {
  return static_cast<std::size_t>(std::ranges::count(all_, verdict, &Diagnosis::verdict));
}

std::string diagnosis_text(const Diagnosis& diagnosis, bool has_colour) {
  const VerdictLook& look = look_of(diagnosis.verdict);
  std::string text = coloured(look.name, has_colour ? look.colour : std::string_view());
  text.append(column - look.name.size(), ' ');
  text.append(diagnosis.check).append(": ").append(harmless(diagnosis.found)).append("\n");
  if (diagnosis.remedy.empty()) return text;
  return text.append(column, ' ').append(harmless(diagnosis.remedy)).append("\n");
}

std::string summary_text(const Report& report) {
  const auto number = [&](Verdict verdict) { return std::to_string(report.count(verdict)); };
  const bool one = report.count(Verdict::warning) == 1;
  return number(Verdict::ok) + " ok, " + number(Verdict::warning) +
         (one ? " warning, " : " warnings, ") + number(Verdict::failed) + " failed, " +
         number(Verdict::not_checked) + " not checked\n";
}

std::string report_json(const Report& report) {
  JsonWriter json;
  json.open_object().key("checks").open_array();
  for (const Diagnosis& diagnosis : report.all()) {
    json.open_object().member("check", diagnosis.check);
    json.member("verdict", verdict_name(diagnosis.verdict)).member("found", diagnosis.found);
    if (!diagnosis.remedy.empty()) json.member("remedy", diagnosis.remedy);
    json.close_object();
  }
  json.close_array().member("ok", report.count(Verdict::ok));
  json.member("warnings", report.count(Verdict::warning));
  json.member("failed", report.count(Verdict::failed));
  json.member("not_checked", report.count(Verdict::not_checked));
  return json.close_object().take() + '\n';
}

}  // namespace mgr::client
