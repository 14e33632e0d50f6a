// What `mgrctl doctor` makes of processes and files that are made up, each wrong in one way.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "client/doctor/checks.h"
#include "tests/unit/client_doctor_support.h"
#include "tests/unit/policy_temporary_root.h"

namespace mgr::client {
namespace {

// A /proc of our own.
class DoctorProcesses : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "mgr-doctor-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    subject.proc = pattern;
    subject.is_root = true;
    subject.settings.broker_user = "daemon";  // uid 1 on any machine
  }
  void TearDown() override { std::filesystem::remove_all(subject.proc); }

  void make(const std::string& pid, const std::string& name, const std::string& uid,
            const std::string& more, const std::string& exe = "/usr/sbin/program") {
    const std::string folder = subject.proc + '/' + pid;
    std::filesystem::create_directory(folder);
    std::ofstream(folder + "/status") << "Name:\t" << name << "\nPid:\t" << pid << "\nUid:\t" << uid
                                      << '\t' << uid << '\t' << uid << '\t' << uid << '\n'
                                      << more;
    std::ofstream(folder + "/cmdline") << name << '\0' << "--root" << '\0' << "/srv/mgr/" << '\0';
    std::filesystem::create_symlink(exe, folder + "/exe");
  }
  Report look() {
    subject.helpers = find_processes(subject.proc, "mgr-helper");
    subject.brokers = find_processes(subject.proc, "mgr-broker");
    Report report;
    report.begin("processes");
    check_processes(subject, report);
    return report;
  }

  static constexpr const char* caged =
      "CapPrm:\t0000000000000000\nCapEff:\t0000000000000000\nCapBnd:\t000001ffffffffff\n"
      "NoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t1\n";
  static constexpr const char* free =
      "CapPrm:\t0000000000000000\nCapEff:\t0000000000000000\nCapBnd:\t000001ffffffffff\n"
      "NoNewPrivs:\t0\nSeccomp:\t0\nSeccomp_filters:\t0\n";
  Subject subject{};
};

TEST_F(DoctorProcesses, AreReadAsTheKernelHasThem) {
  make("12", "mgr-broker", "1", caged);
  make("9", "mgr-broker", "33", free, "/usr/sbin/mgr-broker (deleted)");
  make("14", "mgr-broker-2", "1", caged);
  const auto found = find_processes(subject.proc, "mgr-broker");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].pid, 9);
  EXPECT_EQ(found[1].pid, 12);
  EXPECT_TRUE(found[1].has_only(1));
  EXPECT_FALSE(found[1].has_only(0));
  EXPECT_EQ(found[1].bounding, 0x1ffffffffffU);
  EXPECT_TRUE(found[1].no_new_privileges);
  EXPECT_EQ(found[1].seccomp, 2U);
  EXPECT_EQ(root_given_to(subject.proc + "/12"), "/srv/mgr");
  EXPECT_EQ(found[0].exe, "/usr/sbin/mgr-broker (deleted)");
}

TEST_F(DoctorProcesses, MakeNoReadEndlessByWhatTheyAreCalledWith) {
  const std::string folder = subject.proc + "/12";
  std::filesystem::create_directory(folder);
  std::filesystem::create_symlink("/dev/zero", folder + "/cmdline");
  EXPECT_EQ(root_given_to(folder), "");
  EXPECT_EQ(read_kernel_file(folder + "/cmdline", 10'000).size(), 10'000U);
}

TEST_F(DoctorProcesses, AreFineInTheirPlaces) {
  make("self", "mgrctl", "0", free);
  make("2", "mgr-helper", "0", free);
  make("3", "mgr-broker", "1", caged);
  EXPECT_TRUE(only(look()).starts_with("ok: "));
}

TEST_F(DoctorProcesses, AreMissed) {
  EXPECT_TRUE(starts_one(look(), "failed: mgr-helper does not run"));
  EXPECT_TRUE(starts_one(look(), "failed: mgr-broker does not run"));
}

TEST_F(DoctorProcesses, ABrokerOutOfItsCageIsFound) {
  make("self", "mgrctl", "0", free);
  make("2", "mgr-helper", "0", free);
  make("3", "mgr-broker", "1", free);
  EXPECT_EQ(only(look()), "failed: mgr-broker, process 3, is not in its cage");
}

TEST_F(DoctorProcesses, ABrokerOfAnotherUserIsFound) {
  make("self", "mgrctl", "0", free);
  make("2", "mgr-helper", "0", free);
  make("3", "mgr-broker", "0", caged);
  EXPECT_EQ(only(look()), "failed: mgr-broker, process 3, does not run as daemon");
}

TEST_F(DoctorProcesses, AHelperThatHandsAConfinementOnIsFound) {
  make("self", "mgrctl", "0", free);
  make("2", "mgr-helper", "0", caged);
  make("3", "mgr-broker", "1", caged);
  const Report report = look();
  EXPECT_TRUE(starts_one(report, "failed: mgr-helper runs with NoNewPrivileges"));
  EXPECT_TRUE(starts_one(report, "failed: mgr-helper runs with a SystemCallFilter"));
}

TEST_F(DoctorProcesses, InAContainerBothAreConfinedAlike) {
  make("self", "mgrctl", "0", caged);
  make("2", "mgr-helper", "0", caged);
  make("3", "mgr-broker", "1", caged);
  EXPECT_TRUE(only(look()).starts_with("ok: "));
}

TEST_F(DoctorProcesses, AProgramThatWasReplacedWantsARestart) {
  make("self", "mgrctl", "0", free);
  make("2", "mgr-helper", "0", free, "/usr/sbin/mgr-helper (deleted)");
  make("3", "mgr-broker", "1", caged);
  EXPECT_EQ(only(look()),
            "warning: mgr-helper, process 2, runs a program that has been replaced since");
}

// Below a root of its own.
class DoctorFiles : public TemporaryRoot {
 protected:
  void SetUp() override {
    TemporaryRoot::SetUp();
    for (const char* folder :
         {"/etc/mgr/rules.d", "/etc/mgr/keys.d", "/run", "/run/mgr", "/var", "/var/lib",
          "/var/lib/mgr", "/var/lib/mgr/host", "/var/log", "/usr"}) {
      make_folder(folder);
    }
    for (const char* folder : {"/var/lib/mgr/jobs", "/var/lib/mgr/audit"})
      make_folder(folder, 0700);
    make_folder("/var/log/mgr", 0750);
    make_file("/etc/mgr/policy.toml", "");
    make_file("/etc/mgr/modules.d/scan.toml", "");
    for (const char* secret :
         {"/etc/mgr/root.key", "/etc/mgr/keys.d/hugo.secret", "/var/lib/mgr/host/key",
          "/var/lib/mgr/nonces", "/var/lib/mgr/audit/key", "/var/log/mgr/audit.jsonl"}) {
      make_file(secret, "x", 0600);
    }
    for (const char* program : {"mgr-helper", "mgr-broker", "mgr-configure", "mgr-job"}) {
      make_file(std::string("/usr/") + program, "", 0755);
    }
    subject.paths = Paths(root);
    subject.libexec = subject.sbin = root + "/usr";
    subject.is_root = true;
  }
  Report look() {
    Report report;
    report.begin("files");
    check_files(subject, report);
    return report;
  }
  void expect_failed(const std::string& path, const std::string& remedy) {
    const Report report = look();
    EXPECT_TRUE(only(report).starts_with("failed: " + root + path + ": "))
        << testing::PrintToString(lines(report));
    ASSERT_FALSE(report.all().empty());
    EXPECT_EQ(report.all()[0].remedy, remedy + ' ' + root + path);
  }

  Subject subject{};
};

TEST_F(DoctorFiles, AreFineAsTheyAreInstalled) {
  EXPECT_TRUE(only(look()).starts_with("ok: ")) << testing::PrintToString(lines(look()));
}

TEST_F(DoctorFiles, WhatOthersMayWriteIsFoundWhereverItIs) {
  for (const char* path : {"/etc/mgr/policy.toml", "/etc/mgr/modules.d/scan.toml"}) {
    change_mode(path, 0664);
    expect_failed(path, "chmod 0644");
    change_mode(path, 0644);
  }
  for (const char* path : {"/usr/mgr-helper", "/usr/mgr-job"}) {
    change_mode(path, 0757);
    expect_failed(path, "chmod 0755");
    change_mode(path, 0755);
  }
  change_mode("/etc/mgr/modules.d", 0777);
  expect_failed("/etc/mgr/modules.d", "chmod 0755");
}

TEST_F(DoctorFiles, OfSeveralAllAreTold) {
  change_mode("/etc/mgr/policy.toml", 0666);
  change_mode("/etc/mgr/modules.d/scan.toml", 0666);
  change_mode("/var/lib/mgr/audit/key", 0644);
  EXPECT_EQ(look().count(Verdict::failed), 3U);
}

TEST_F(DoctorFiles, SecretsAreRootsAlone) {
  for (const char* path : {"/etc/mgr/root.key", "/etc/mgr/keys.d/hugo.secret",
                           "/var/lib/mgr/host/key", "/var/lib/mgr/audit/key"}) {
    change_mode(path, 0640);
    expect_failed(path, "chmod 0600");
    change_mode(path, 0600);
  }
}

TEST_F(DoctorFiles, OwnersCount) {
  change_owner("/var/log/mgr/audit.jsonl", 1);
  expect_failed("/var/log/mgr/audit.jsonl", "chown root");
}

TEST_F(DoctorFiles, AProgramWithAnotherOwnersRightsIsFound) {
  change_mode("/usr/mgr-helper", 04755);
  expect_failed("/usr/mgr-helper", "chmod ug-s");
  EXPECT_TRUE(is_roots_program(subject, root + "/usr/mgr-helper"));
}

TEST_F(DoctorFiles, AProgramThatIsNotRootsAloneIsNotRun) {
  EXPECT_TRUE(is_roots_program(subject, root + "/usr/mgr-configure"));
  change_owner("/usr/mgr-configure", 1);
  EXPECT_FALSE(is_roots_program(subject, root + "/usr/mgr-configure"));
  EXPECT_FALSE(is_roots_program(subject, root + "/usr/nosuch"));
}

TEST_F(DoctorFiles, ALinkIsNoFile) {
  std::filesystem::remove(root + "/etc/mgr/policy.toml");
  std::filesystem::create_symlink("/etc/passwd", root + "/etc/mgr/policy.toml");
  EXPECT_NE(only(look()).find("is a symbolic link"), std::string::npos);
}

}  // namespace
}  // namespace mgr::client
