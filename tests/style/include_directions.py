"""Includes go one way: protocol <- policy <- modules <- helper, protocol <- broker, protocol <- client.

broker and helper never include each other, the helper never the language of clients, and each
heavy header has one file in a program.
"""
import re

from source_tree import ROOT, finish, sources, without_comments

ALLOWED = {
    "protocol": {"protocol"},
    "policy": {"protocol", "policy"},
    "modules": {"protocol", "policy", "modules"},
    "helper": {"protocol", "policy", "modules", "helper"},
    "broker": {"protocol", "broker"},
    "client": {"protocol", "policy", "client"},
}
CLIENT_LANGUAGE = {"protocol/request_block.h"}
HEAVY = ("toml++/", "nlohmann/", "boost/process", "CLI/", "spdlog/")


def program_of(path):
    parts = path.parts
    if parts[0] == "modules" and len(parts) > 2:
        return parts[1]  # a program of its own
    return parts[0]


findings = []
heavy_users = {}
for source in sources():
    folder = source.parts[0]
    text = without_comments((ROOT / source).read_text())
    for included in re.findall(r'#include\s*[<"]([^>"]+)[>"]', text):
        target = included.split("/")[0]
        if target in ALLOWED and target not in ALLOWED[folder]:
            findings.append(f"{source}: {folder} must not include {included}")
        if folder in ("policy", "modules", "helper") and included in CLIENT_LANGUAGE:
            findings.append(f"{source}: root must not read the language of clients ({included})")
        for heavy in HEAVY:
            if included.startswith(heavy):
                heavy_users.setdefault((program_of(source), heavy), set()).add(source)
for (program, heavy), users in sorted(heavy_users.items()):
    if len(users) > 1:
        findings.append(f"{program}: {heavy} in {len(users)} files: {', '.join(map(str, sorted(users)))}")
    for user in users:
        if user.suffix == ".h":
            findings.append(f"{user}: {heavy} in a header")
finish("include directions", findings)
