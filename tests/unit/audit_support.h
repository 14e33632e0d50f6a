// A log of its own for a test, as the helper writes it, and its verification.
#pragma once

#include <gtest/gtest.h>
#include <sodium.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "client/audit/audit_verifier.h"
#include "helper/audit_log.h"
#include "helper/configure/audit_key.h"
#include "helper_scratch.h"
#include "protocol/audit_files.h"

namespace mgr {

class AuditFixture : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_GE(sodium_init(), 0);
    std::filesystem::create_directories(paths().log_folder());
    if (geteuid() == 0) prepare();
  }
  [[nodiscard]] Paths paths() const { return root_.paths(); }
  std::vector<std::string> prepare() const {
    std::vector<std::string> warnings;
    const auto prepared = prepare_audit_key(paths(), warnings);
    EXPECT_TRUE(prepared) << prepared.error().detail;
    return warnings;
  }
  [[nodiscard]] AuditLog open(const AuditLimits& limits = {}) const {
    auto log = AuditLog::open(paths(), limits);
    EXPECT_TRUE(log) << log.error().detail;
    return std::move(*log);
  }
  void write(int count) const {
    AuditLog log = open();
    for (int i = 0; i < count; ++i) log.append("effect", R"({"module":"scan"})");
    ASSERT_TRUE(log.flush(true));
  }
  // And the machine goes down before anybody has waited for them.
  void write_and_not_wait(int count) const {
    AuditLog log = open();
    for (int i = 0; i < count; ++i) log.append("effect", R"({"module":"scan"})");
    ASSERT_TRUE(log.flush(false));
  }
  void cut(std::size_t bytes) const {
    const std::string path = paths().audit_file();
    std::filesystem::resize_file(path, std::filesystem::file_size(path) - bytes);
  }
  [[nodiscard]] AuditKey first_key() const {
    return AuditKey::load(paths().first_audit_key_file()).value();
  }
  [[nodiscard]] static std::vector<std::string> lines_of(const std::string& path) {
    std::ifstream file(path);
    std::vector<std::string> all;
    for (std::string line; std::getline(file, line);) all.push_back(line);
    return all;
  }
  [[nodiscard]] std::vector<std::string> lines() const { return lines_of(paths().audit_file()); }
  static void put(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  }
  // Of all files, the oldest first.
  [[nodiscard]] std::vector<std::string> all_lines() const {
    std::vector<std::string> names = rotated_audit_names(paths().log_folder());
    names.emplace_back(audit_file_name);
    std::vector<std::string> all;
    for (const std::string& name : names) {
      for (std::string& line : lines_of(paths().log_folder() + '/' + name)) {
        all.push_back(std::move(line));
      }
    }
    return all;
  }
  using Faults = std::vector<client::AuditFault>;
  [[nodiscard]] static Faults faults(const client::AuditFindings& findings) {
    Faults all;
    for (const auto& finding : findings) all.push_back(finding.fault);
    return all;
  }
  // What is found in these lines; `whole` of a log.
  static client::AuditFindings verify(const std::vector<std::string>& lines,
                                      std::vector<AuditKey> keys,
                                      std::optional<client::AuditHead> head = {},
                                      bool whole = true) {
    client::AuditVerifier verifier(std::move(keys), std::move(head), whole);
    client::AuditFindings findings;
    for (std::size_t i = 0; i < lines.size(); ++i) verifier.take(lines[i], {0, i + 1}, findings);
    verifier.finish(false, findings);
    return findings;
  }
  static std::string told(const client::AuditFindings& findings) {
    std::string text;
    for (const auto& each : findings) {
      text += std::to_string(each.place.line) + ": " + std::string(fault_name(each.fault)) + ": " +
              each.detail + '\n';
    }
    return text;
  }
  ScratchRoot root_;
};

}  // namespace mgr
