"""Signals to processes, mounts and namespaces have one address each, exec and setting privilege one a program.

mgr-mail, which is not root, becomes the mailer: so its exit status is the job's without one more process.
"""
import re

from source_tree import ROOT, finish, sources, without_comments

ADDRESSES = {
    "exec": (
        r"\b(?:execve|execv|execvp|execvpe|execl|execlp|execle|execveat|fexecve|posix_spawnp?|uv_spawn|popen|system)\s*\(|\bSYS_execve(?:at)?\b|__NR_execve(?:at)?\b",
        # mgr-shutdown starts shutdown(8), whose arguments are words of ours and a message behind `--`.
        {"helper/jobs/mgr-job/exec_command.cpp", "modules/mgr-shutdown/run_program.cpp", "modules/mgr-mail/mailer.cpp"},
    ),
    "Boost.Process": (r"boost/process", {"helper/jobs/spawn.cpp", "client/run_program.cpp"}),
    "fork": (
        r"\b(?:fork|vfork|clone|uv_spawn|daemon)\s*\(|\bSYS_(?:clone3?|v?fork)\b",
        {"helper/jobs/mgr-job/clone_process.cpp", "helper/jobs/mgr-job/exec_command.cpp"},
    ),
    "setting privilege": (
        r"\b(?:setuid|setgid|seteuid|setegid|setreuid|setregid|setresuid|setresgid|setgroups|initgroups|setfsuid|setfsgid|capset|cap_set_proc|capng_apply|capng_change_id)\s*\(|\bSYS_(?:setresuid|setresgid|setgroups|capset)\b",
        {"helper/jobs/mgr-job/privilege.cpp", "helper/capabilities.cpp", "broker/cage.cpp"},
    ),
    "mounts and namespaces": (
        r"\b(?:unshare|setns|mount|umount2?|pivot_root|chroot|move_mount|open_tree|fsmount|mount_setattr)\s*\(|\bSYS_(?:unshare|setns|mount|umount2|pivot_root|chroot|move_mount|open_tree|fsmount|mount_setattr)\b",
        {"helper/jobs/mgr-job/confinement.cpp", "helper/configure/machine.cpp"},
    ),
    "signals": (
        r"\b(?:kill|killpg|tgkill|tkill|sigqueue|pidfd_send_signal|uv_kill|uv_process_kill|raise)\s*\(|\bSYS_(?:kill|tgkill|tkill|pidfd_send_signal|rt_sigqueueinfo)\b",
        {"helper/jobs/signal_process.cpp"},
    ),
}

findings = []
for source in sources():
    text = without_comments((ROOT / source).read_text())
    text = re.sub(r'"(?:\\.|[^"\\\n])*"', '""', text) if "boost/process" not in text else text
    for name, (pattern, addresses) in ADDRESSES.items():
        if str(source) in addresses:
            continue
        for match in re.finditer(pattern, text):
            before = text[: match.start()]
            if re.search(r"SCMP_SYS\($|[.>:]\s*$", before) and not before.endswith(("std::", " ::", "(::")):
                continue  # a rule's name, or somebody's member function
            line = before.count("\n") + 1
            findings.append(f"{source}:{line}: {name} outside {', '.join(sorted(addresses))}: {match.group(0)}")
finish("dangerous calls", findings)
