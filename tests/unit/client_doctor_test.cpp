// What `mgrctl doctor` makes of what it finds: of kernels, users, units and disks that are
// made up, each wrong in one way.
#include <gtest/gtest.h>

#include <algorithm>

#include "client/doctor/checks.h"
#include "client/json_value.h"
#include "tests/unit/client_doctor_support.h"

namespace mgr::client {
namespace {

TEST(DoctorReport, SumsUpWhereNothingIsWrong) {
  Report report;
  report.begin("one");
  report.skip("part");
  report.sum_up("fine");
  report.begin("two");
  report.warn("not so", "true");
  report.sum_up("fine too");
  EXPECT_EQ(lines(report),
            (std::vector<std::string>{"not checked: part", "ok: fine", "warning: not so"}));
  EXPECT_EQ(summary_text(report), "1 ok, 1 warning, 0 failed, 1 not checked\n");
}

TEST(DoctorReport, WhatOthersWroteIsNoLineAndNoSequence) {
  const std::string evil = "x\nok           users: all well\x1b[2J\xe2\x80\xae";
  const std::string text = diagnosis_text({"files", Verdict::failed, evil, "rm " + evil}, true);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
  EXPECT_EQ(text.find("\x1b[2J"), std::string::npos);
  EXPECT_EQ(text.find("\xe2\x80\xae"), std::string::npos);
  Report report;
  report.begin("files");
  report.fail(evil, "");
  const std::string json = report_json(report);
  EXPECT_EQ(std::count(json.begin(), json.end(), '\n'), 1);
  const auto document = parse_json(json);
  ASSERT_TRUE(document);
  EXPECT_EQ(document->number_at("failed"), 1U);
  EXPECT_EQ(document->find("checks")->items.at(0).string_at("found"), evil);
}

KernelLook good_kernel() { return {"6.12.1-amd64", 6, true, false}; }

std::string judged_kernel(const KernelLook& kernel) {
  Report report;
  report.begin("kernel");
  judge_kernel(kernel, report);
  return only(report);
}

TEST(DoctorKernel, IsNewEnoughFrom514) {
  EXPECT_TRUE(judged_kernel(good_kernel()).starts_with("ok: Linux 6.12.1-amd64, Landlock ABI 6"));
  KernelLook kernel = good_kernel();
  kernel.release = "5.13.19-2-pve";
  EXPECT_TRUE(judged_kernel(kernel).starts_with("failed: Linux 5.13.19-2-pve"));
  kernel.release = "5.14.0-70.el9.x86_64";
  EXPECT_TRUE(judged_kernel(kernel).starts_with("ok: "));
  kernel.release = "4.20";
  EXPECT_TRUE(judged_kernel(kernel).starts_with("failed: "));
}

TEST(DoctorKernel, SaysWhatIsLost) {
  KernelLook kernel = good_kernel();
  kernel.landlock = 2;
  EXPECT_NE(judged_kernel(kernel).find("no rules about TCP"), std::string::npos);
  EXPECT_EQ(judged_kernel(good_kernel()).find("no rules about TCP"), std::string::npos);
  kernel.landlock = 0;
  EXPECT_TRUE(judged_kernel(kernel).starts_with("warning: no Landlock"));
  kernel = good_kernel();
  kernel.seccomp = false;
  EXPECT_TRUE(judged_kernel(kernel).starts_with("failed: no seccomp"));
}

TEST(DoctorKernel, ThisOneCanRunMgr) {
  const KernelLook kernel = look_at_kernel();
  EXPECT_TRUE(kernel.seccomp);
  EXPECT_NE(kernel.release, "");
}

Report judged_account(const Account& account) {
  Report report;
  report.begin("users");
  judge_own_user(account, "mgr-admin", report);
  return report;
}

TEST(DoctorUsers, HaveNoLoginAndNoGroupOfOthers) {
  EXPECT_TRUE(judged_account({"mgr-broker", 998, "/usr/sbin/nologin", {}}).all().empty());
  EXPECT_TRUE(judged_account({"mgr-broker", 998, "/bin/false", {}}).all().empty());
  EXPECT_TRUE(
      only(judged_account({"mgr-broker", 0, "/usr/sbin/nologin", {}})).starts_with("failed: "));
  EXPECT_TRUE(only(judged_account({"mgr-broker", 998, "/bin/bash", {}})).starts_with("warning: "));
  EXPECT_TRUE(only(judged_account({"mgr-broker", 998, "", {}})).starts_with("warning: "));
  for (const char* group : {"docker", "disk", "shadow", "sudo", "wheel", "root", "mgr-admin"}) {
    const Report report = judged_account({"mgr-broker", 998, "/usr/sbin/nologin", {group}});
    EXPECT_TRUE(only(report).starts_with("failed: ")) << group;
    EXPECT_EQ(report.all()[0].remedy, std::string("gpasswd --delete mgr-broker ") + group);
  }
  EXPECT_TRUE(
      only(judged_account({"mgr-job", 997, "/bin/false", {"games"}})).starts_with("warning: "));
}

Report judged_disk(const DiskLook& disk) {
  Report report;
  report.begin("disk");
  judge_disk("/var/lib/mgr", disk, report);
  return report;
}

TEST(DoctorDisk, IsFullBeforeNothingIsLeft) {
  constexpr std::uint64_t mebibyte = 1 << 20;
  EXPECT_TRUE(judged_disk({4096 * mebibyte, 100000, true}).all().empty());
  EXPECT_TRUE(judged_disk({4096 * mebibyte, 0, false}).all().empty());  // as btrfs has it
  EXPECT_TRUE(only(judged_disk({200 * mebibyte, 100000, true})).starts_with("warning: "));
  EXPECT_TRUE(only(judged_disk({2 * mebibyte, 100000, true})).starts_with("failed: "));
  EXPECT_TRUE(only(judged_disk({4096 * mebibyte, 1000, true})).starts_with("warning: "));
  EXPECT_TRUE(only(judged_disk({4096 * mebibyte, 3, true})).starts_with("failed: "));
}

Properties helper_unit() {
  return {{"Id", "mgr-helper.service"},
          {"LoadState", "loaded"},
          {"ActiveState", "active"},
          {"UnitFileState", "enabled"},
          {"NeedDaemonReload", "no"},
          {"DropInPaths", ""},
          {"NoNewPrivileges", "no"},
          {"SystemCallFilter", ""},
          {"PrivateTmp", "no"},
          {"ProtectSystem", "no"},
          {"User", ""},
          {"KillMode", "process"},
          {"Delegate", "no"}};
}

Report judged_unit(Properties unit, const std::string& property, const std::string& value) {
  unit[property] = value;
  Report report;
  report.begin("units");
  judge_unit(unit, {}, report);
  return report;
}

TEST(DoctorUnits, TheHelperHandsNothingOnToJobs) {
  EXPECT_TRUE(judged_unit(helper_unit(), "Id", "mgr-helper.service").all().empty());
  EXPECT_TRUE(judged_unit(helper_unit(), "SystemCallFilter", "~").all().empty());  // as systemd 252
  const std::pair<const char*, const char*> wrong[] = {
      {"NoNewPrivileges", "yes"}, {"SystemCallFilter", "read write"},
      {"PrivateTmp", "yes"},      {"ProtectSystem", "strict"},
      {"User", "daemon"},         {"KillMode", "control-group"},
      {"Delegate", "yes"},        {"LoadState", "masked"},
      {"LoadState", "not-found"}, {"ActiveState", "failed"}};
  for (const auto& [property, value] : wrong) {
    EXPECT_TRUE(only(judged_unit(helper_unit(), property, value)).starts_with("failed: "))
        << property << '=' << value;
  }
  EXPECT_TRUE(
      only(judged_unit(helper_unit(), "UnitFileState", "disabled")).starts_with("warning: "));
  EXPECT_TRUE(only(judged_unit(helper_unit(), "NeedDaemonReload", "yes")).starts_with("warning: "));
}

TEST(DoctorUnits, NamesTheDropInThatBreaksIt) {
  Properties unit = helper_unit();
  unit["DropInPaths"] = "/etc/systemd/system/mgr-helper.service.d/override.conf";
  EXPECT_NE(only(judged_unit(unit, "NoNewPrivileges", "yes")).find("override.conf"),
            std::string::npos);
}

TEST(DoctorUnits, TheJobsHomeIsDelegatedAndTheBrokersIsACage) {
  const Properties jobs{{"Id", "mgr-jobs.service"}, {"LoadState", "loaded"},
                        {"ActiveState", "active"},  {"UnitFileState", "static"},
                        {"Delegate", "yes"},        {"User", "root"},
                        {"DevicePolicy", "auto"}};
  EXPECT_TRUE(judged_unit(jobs, "MemoryMax", "infinity").all().empty());
  EXPECT_TRUE(only(judged_unit(jobs, "Delegate", "no")).starts_with("failed: "));
  EXPECT_TRUE(only(judged_unit(jobs, "User", "")).starts_with("warning: "));
  EXPECT_TRUE(only(judged_unit(jobs, "MemoryMax", "1073741824")).starts_with("warning: "));
  const Properties broker{{"Id", "mgr-broker.service"},
                          {"LoadState", "loaded"},
                          {"ActiveState", "active"},
                          {"User", "mgr-broker"},
                          {"CapabilityBoundingSet", ""}};
  EXPECT_TRUE(judged_unit(broker, "NoNewPrivileges", "yes").all().empty());
  EXPECT_TRUE(only(judged_unit(broker, "NoNewPrivileges", "no")).starts_with("warning: "));
  EXPECT_TRUE(
      only(judged_unit(broker, "CapabilityBoundingSet", "cap_kill")).starts_with("warning: "));
  EXPECT_TRUE(
      only(judged_unit(broker, "User", "")).starts_with("failed: mgr-broker.service runs as root"));
}

// As systemctl shows the unit that is shipped, and one with a drop-in.
TEST(DoctorUnits, WhoListensOnTheNetworkLetsItIn) {
  const auto judged = [](const std::string& listen, const char* allowed, const char* denied) {
    Settings settings;
    settings.listen = listen;
    Report report;
    report.begin("units");
    judge_unit({{"Id", "mgr-broker.service"},
                {"LoadState", "loaded"},
                {"ActiveState", "active"},
                {"IPAddressAllow", allowed},
                {"IPAddressDeny", denied}},
               settings, report);
    return report.all().empty() ? "" : only(report);
  };
  constexpr const char* loopback = "127.0.0.0/8 ::1/128";
  constexpr const char* all = "0.0.0.0/0 ::/0";
  for (const char* listen : {"192.0.2.1:6667", "0.0.0.0:6667", "[::]:6667"}) {
    EXPECT_TRUE(judged(listen, loopback, all).starts_with("warning: ")) << listen;
    EXPECT_EQ(judged(listen, "127.0.0.0/8 192.0.2.0/24 ::1/128", all), "") << listen;
    EXPECT_EQ(judged(listen, "", ""), "") << listen;
  }
  for (const char* listen : {"127.0.0.1:6667", "[::1]:6667", ""}) {
    EXPECT_EQ(judged(listen, loopback, all), "") << listen;
  }
}

TEST(DoctorUnits, AreReadBlockByBlock) {
  const auto units = parse_properties("Id=a\nX=1=2\n\nId=b\nX=\n");
  ASSERT_EQ(units.size(), 2U);
  EXPECT_EQ(units[0].at("X"), "1=2");
  EXPECT_EQ(units[1].at("X"), "");
  EXPECT_TRUE(parse_properties("").empty());
}

TEST(DoctorUnits, KnowsWhichSystemdCanBeEnded) {
  for (const char* version : {"258", "258.4-1", "258.1", "259", "259.1-2.fc43", "259~rc1"}) {
    EXPECT_TRUE(has_cve_2026_40223(version)) << version;
  }
  for (const char* version : {"252.39-1~deb12u1", "257.9-1", "258.5", "259.2-1", "260", "", "v"}) {
    EXPECT_FALSE(has_cve_2026_40223(version)) << version;
  }
}

}  // namespace
}  // namespace mgr::client
