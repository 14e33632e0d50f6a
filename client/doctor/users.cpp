// mgrctl, with the caller's own uid. Users and groups; trusts the user database (nsswitch.conf(5)).
#include <grp.h>
#include <pwd.h>

#include <algorithm>
#include <array>
#include <set>

#include "client/doctor/checks.h"
#include "client/review/show_plan.h"
#include "client/users.h"
#include "policy/users.h"

namespace mgr::client {
namespace {

// Whose members are root by another way: its shell, its disks, its passwords, its containers.
constexpr auto as_good_as_root =
    std::to_array<std::string_view>({"root", "sudo", "wheel", "admin", "disk", "shadow", "kmem",
                                     "docker", "lxd", "incus", "libvirt"});

std::vector<std::string> groups_of(const passwd& user) {
  int count = 64;
  std::vector<gid_t> gids(static_cast<std::size_t>(count));
  while (::getgrouplist(user.pw_name, user.pw_gid, gids.data(), &count) < 0) {
    gids.resize(static_cast<std::size_t>(count));
  }
  gids.resize(static_cast<std::size_t>(count));
  std::vector<std::string> names;
  for (const gid_t gid : gids) {
    if (gid == user.pw_gid && gid != 0) continue;
    const group* entry = ::getgrgid(gid);
    names.push_back(entry == nullptr ? std::to_string(gid) : entry->gr_name);
  }
  return names;
}

std::optional<Account> find_account(const std::string& name) {
  const passwd* found = ::getpwnam(name.c_str());
  if (found == nullptr) return std::nullopt;
  const passwd user = *found;  // its texts are the database's until the next call about users
  Account account{user.pw_name, user.pw_uid, user.pw_shell, {}};
  account.groups = groups_of(user);
  return account;
}

std::string how_to_make_users(const Subject& subject, const std::string& name) {
  return subject.by_systemd
             ? "systemd-sysusers"
             : "useradd --system --no-create-home --shell /usr/sbin/nologin " + shell_word(name);
}

// The users of mgr's own that actions run as.
std::set<std::string> users_of_actions(const Subject& subject) {
  std::set<std::string> names;
  if (!subject.configuration) return names;
  for (const DeclaredModule& module : subject.configuration->modules) {
    for (const DeclaredAction& action : module.actions) {
      if (action.run.user.starts_with("mgr-")) names.insert(action.run.user);
    }
  }
  return names;
}

// SECURITY.md: a broker that was taken over reaches mgr.sock as itself.
void look_for_brokers_rules(const Subject& subject, uid_t broker, Report& report) {
  if (!subject.configuration) return;
  for (const Principal& principal : subject.configuration->policy.principals) {
    const auto has = [&](const std::vector<uid_t>& uids) {
      return std::ranges::find(uids, broker) != uids.end();
    };
    if (!has(principal.uids) && !has(principal.member_uids)) continue;
    report.fail("the principal " + principal.name +
                    " is the broker's user: who takes the broker over may do what it may",
                "editor " + shell_word(subject.paths.policy_file()));
  }
}

void tell_admins(const Subject& subject, Report& report) {
  const std::string& name = subject.settings.admin_group;
  const std::string add = "gpasswd -a NAME " + shell_word(name);
  if (::getgrnam(name.c_str()) == nullptr) {
    return report.warn("there is no group " + name + ", the admins'",
                       "groupadd --system " + shell_word(name));
  }
  const auto members = SystemUserDatabase().members_of(name);
  if (!members) return report.skip("the members of " + name + ": " + members.error().detail);
  std::string names;
  std::set<uid_t> told;
  for (const uid_t uid : *members) {
    if (told.insert(uid).second) names += (names.empty() ? "" : ", ") + user_name(uid);
  }
  report.ok(name + (names.empty() ? " has no members; one is made by " + add : ": " + names));
}

}  // namespace

void judge_own_user(const Account& account, std::string_view admins, Report& report) {
  const std::string name = shell_word(account.name);
  if (account.uid == 0) {
    report.fail(account.name + " is uid 0, root itself",
                "give mgr a user of its own: broker_user and job_user of mgr.toml");
  }
  const std::string_view shell = account.shell;
  if (!shell.ends_with("/nologin") && !shell.ends_with("/false")) {
    report.warn(account.name + " has a login shell, " + (shell.empty() ? "/bin/sh" : account.shell),
                "usermod --shell /usr/sbin/nologin " + name);
  }
  for (const std::string& group : account.groups) {
    const bool is_root = std::ranges::find(as_good_as_root, group) != as_good_as_root.end();
    const std::string remedy = "gpasswd --delete " + name + ' ' + shell_word(group);
    if (is_root || group == admins) {
      report.fail(account.name + " is in the group " + group + ", which is as good as " +
                      (is_root ? "root" : "an admin"),
                  remedy);
    } else {
      report.warn(account.name + " is in the group " + group + ", and needs none", remedy);
    }
  }
}

void check_users(const Subject& subject, Report& report) {
  const Settings& settings = subject.settings;
  std::string told;
  std::vector<Account> own;
  for (const std::string& name : {settings.broker_user, settings.job_user}) {
    auto account = find_account(name);
    if (!account) {
      report.fail("there is no user " + name, how_to_make_users(subject, name));
      continue;
    }
    judge_own_user(*account, settings.admin_group, report);
    told += name + " (" + std::to_string(account->uid) + "), ";
    own.push_back(std::move(*account));
  }
  if (own.size() == 2 && own[0].uid == own[1].uid) {
    report.fail(settings.broker_user + " and " + settings.job_user + " are one user, uid " +
                    std::to_string(own[0].uid),
                "give each a user of its own: broker_user and job_user of mgr.toml");
  }
  for (const std::string& name : users_of_actions(subject)) {
    if (!find_uid(name)) {
      report.warn("there is no user " + name + ": its actions fail",
                  how_to_make_users(subject, name));
    }
  }
  if (!own.empty()) look_for_brokers_rules(subject, own.front().uid, report);
  report.sum_up(told + "no login, no group of others");
  tell_admins(subject, report);
}

}  // namespace mgr::client
