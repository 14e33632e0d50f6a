// Setting privilege: the one file of mgr-job that changes ids, groups, capabilities and
// no_new_privs. mgr-job (root, then user mgr-job) and the child that becomes the command.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <span>

#include "protocol/error.h"

namespace mgr {

// Inheritable and ambient sets to none, so that no command gets what the helper's parent had.
[[nodiscard]] Result<void> drop_inheritable_capabilities();

// From root to uid:gid without groups, keeping CAP_KILL alone, with an empty bounding set,
// no_new_privs and no core. For good: nothing leads back. CAP_KILL stays because SIGTERM goes to
// processes of other users; writing to a cgroup.kill that root opened needs no capability.
[[nodiscard]] Result<void> become_supervisor(std::uint32_t uid, std::uint32_t gid);

// For the child between clone3 and execve: makes no allocation. setgroups, setresgid, setresuid,
// then reads all three and the capabilities back (credentials(7)). `groups` is sorted, `room` as
// long as it. Gives the step that failed, with errno set, or nothing.
//
// `capabilities` is a mask, bit N for capability N. Not 0: the permitted, effective, inheritable,
// ambient and bounding sets become exactly these (PR_CAP_AMBIENT, prctl(2)), so that the command
// and all that it starts have them and no set-user-ID program has more; read back too. 0: none for
// a user, all for root. The bounding set is then left as it is: with no_new_privs it gives nothing
// to anybody but root, whose it is, without it the set-user-ID programs of the action need it; and
// to empty it would cost each job forty system calls.
[[nodiscard]] const char* become_user(std::uint32_t uid, std::uint32_t gid,
                                      std::span<const gid_t> groups, std::span<gid_t> room,
                                      std::uint64_t capabilities);

// PR_SET_NO_NEW_PRIVS: no later execve gains anything.
[[nodiscard]] bool forbid_new_privileges();

// PR_SET_DUMPABLE 0: no core, no ptrace by processes of the same user. Kept until execve, but
// changing ids sets it anew.
[[nodiscard]] bool forbid_dumps();

}  // namespace mgr
