// mgr-service: what it makes of a unit's properties. nlohmann/json says whether that is JSON.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "modules/mgr-service/unit_status.h"

namespace mgr_service {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t unknown = UINT64_MAX;     // as systemd tells what it does not know
constexpr std::uint64_t noon = 1767268800000000;  // 2026-01-01T12:00:00Z

Properties running() {
  return {{"Id", "nginx.service"},
          {"Description", "The web"},
          {"LoadState", "loaded"},
          {"ActiveState", "active"},
          {"SubState", "running"},
          {"UnitFileState", "enabled"},
          {"ActiveEnterTimestamp", noon},
          {"InactiveEnterTimestamp", noon + 1},
          {"InactiveExitTimestamp", noon + 2},
          {"ActiveExitTimestamp", noon + 3},
          {"MainPID", std::uint64_t{812}},
          {"ExecMainCode", std::uint64_t{0}},
          {"ExecMainStatus", std::uint64_t{0}},
          {"Result", "success"},
          {"NRestarts", std::uint64_t{0}},
          {"MemoryCurrent", std::uint64_t{4096}},
          {"FragmentPath", "/lib/systemd/system/nginx.service"}};
}

Json status_of(const Properties& properties, const char* unit = "nginx.service") {
  const std::string text = status_json(unit, properties);
  EXPECT_EQ(text.find('\n'), text.size() - 1);
  return Json::parse(text);
}

TEST(ServiceStatus, OfARunningService) {
  EXPECT_EQ(status_of(running()),
            Json::parse(R"({"unit":"nginx.service","alias_of":null,"description":"The web",
              "load":"loaded","active":"active","sub":"running","enabled":"enabled",
              "since":"2026-01-01T12:00:00.000000Z","main_pid":812,"exit":null,
              "result":"success","restarts":0,"memory":4096,
              "fragment":"/lib/systemd/system/nginx.service"})"));
}

TEST(ServiceStatus, AllMembersAreThereWhateverSystemdTells) {
  const Json full = status_of(running());
  const Json bare = status_of({});
  EXPECT_EQ(full.size(), bare.size());
  for (const auto& [name, value] : bare.items()) {
    EXPECT_TRUE(full.contains(name)) << name;
    EXPECT_EQ(value.is_null(), name != "unit") << name;
  }
}

TEST(ServiceStatus, SinceIsWhenItCameIntoItsState) {
  for (const auto& [state, end] :
       std::vector<std::pair<const char*, const char*>>{{"active", "00.000000Z"},
                                                        {"reloading", "00.000000Z"},
                                                        {"inactive", "00.000001Z"},
                                                        {"failed", "00.000001Z"},
                                                        {"activating", "00.000002Z"},
                                                        {"deactivating", "00.000003Z"}}) {
    Properties properties = running();
    properties["ActiveState"] = std::string(state);
    EXPECT_EQ(status_of(properties)["since"], std::string("2026-01-01T12:00:") + end) << state;
  }
  Properties never = running();
  never["ActiveEnterTimestamp"] = std::uint64_t{0};
  EXPECT_TRUE(status_of(never)["since"].is_null());
  never["ActiveEnterTimestamp"] = unknown;
  EXPECT_TRUE(status_of(never)["since"].is_string());
}

TEST(ServiceStatus, TheLastExitIsAStatusOrASignal) {
  Properties properties = running();
  properties["ExecMainCode"] = std::uint64_t{1};
  properties["ExecMainStatus"] = std::uint64_t{3};
  EXPECT_EQ(status_of(properties)["exit"], Json::parse(R"({"code":"exited","status":3})"));
  properties["ExecMainCode"] = std::uint64_t{2};
  properties["ExecMainStatus"] = std::uint64_t{15};
  EXPECT_EQ(status_of(properties)["exit"], Json::parse(R"({"code":"killed","signal":15})"));
  properties["ExecMainCode"] = std::uint64_t{3};
  EXPECT_EQ(status_of(properties)["exit"], Json::parse(R"({"code":"dumped","signal":15})"));
  properties["ExecMainCode"] = unknown;
  EXPECT_TRUE(status_of(properties)["exit"].is_null());
}

TEST(ServiceStatus, WhatIsNotKnownIsNull) {
  Properties properties = running();
  properties["MainPID"] = std::uint64_t{0};
  properties["MemoryCurrent"] = unknown;
  properties["UnitFileState"] = std::string();
  const Json status = status_of(properties);
  for (const char* name : {"main_pid", "memory", "enabled"}) EXPECT_TRUE(status[name].is_null());
}

TEST(ServiceStatus, AnAliasIsToldAsOne) {
  const Json status = status_of(running(), "web.service");
  EXPECT_EQ(status["unit"], "web.service");
  EXPECT_EQ(status["alias_of"], "nginx.service");
}

TEST(ServiceStatus, IsJsonWhateverAUnitSaysOfItself) {
  for (const std::string& text :
       {std::string("\"},\"active\":\"active"), std::string("a\\b\"c"), std::string("a\nb\r\tc"),
        std::string("\x1b[31mred"),
        std::string("gr\xc3\xb6\xc3\x9f"
                    "e"),
        std::string("\xe2\x80\xae"
                    "abc"),
        std::string("\xff\xfe"), std::string("a\0b", 3), std::string(100000, '"')}) {
    Properties properties = running();
    properties["Description"] = text;
    properties["FragmentPath"] = text;
    const Json status = status_of(properties);
    EXPECT_EQ(status["active"], "active");
    EXPECT_EQ(status.size(), 14U);
    const std::string line = status_json("a.service", properties);
    EXPECT_TRUE(
        std::ranges::all_of(line, [](char c) { return c == '\n' || (c >= ' ' && c < 127); }));
  }
}

TEST(ServiceStatus, AWrongTypeIsAsNothing) {
  Properties properties = running();
  properties["MainPID"] = std::string("812");
  properties["Description"] = std::uint64_t{7};
  const Json status = status_of(properties);
  EXPECT_TRUE(status["main_pid"].is_null());
  EXPECT_TRUE(status["description"].is_null());
}

}  // namespace
}  // namespace mgr_service
