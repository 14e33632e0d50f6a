"""The manual and the code say the same: every key that the files of /etc/mgr may have, every error, every field that is
reserved, every limit of the language of clients; PROTOCOL.md too, where it has them."""
import re

from manual_source import items, page, part
from source_tree import ROOT, finish, without_comments

POLICY, MODULES, PROTOCOL = page("mgr-policy.5"), page("mgr-modules.5"), page("mgr-protocol.7")
MARKDOWN = (ROOT / "protocol/PROTOCOL.md").read_text()
findings = []


def source(name):
    return without_comments((ROOT / name).read_text())


def body_of(text, function):
    """The definition of a member function, to the next one that begins at the same depth."""
    found = re.search(rf"^(\s*)(?:[\w:<>&\[\]]+ )+{function}\([^;{{]*\) \{{\n(.*?)^\1\}}", text, re.M | re.S)
    assert found, f"there is no function {function}"
    return found[2]


def keys_read(text):
    """The names of the keys that a parser asks a table for."""
    calls = r"(?:\btable_?\.\w+\(|\b(?:number|duration)\(|\bread_(?:word|statuses|choices)\(table, )\"([a-z_]+)\""
    return set(re.findall(calls, text)) - {"module"}


def same(what, written, known):
    findings.extend(f"{what}: {key} is in the manual, and not in the code" for key in sorted(written - known))
    findings.extend(f"{what}: {key} is in the code, and not in the manual" for key in sorted(known - written))
    if not known:
        findings.append(f"{what}: the test finds nothing in the code")


def compare_keys():
    modules = source("policy/parse_modules.cpp")
    action = keys_read(body_of(modules, "read_action")) | keys_read(body_of(modules, "read_proof"))
    action |= keys_read(source("policy/parse_run_settings.cpp")) | keys_read(source("policy/parse_confinement.cpp"))
    same("modules", set(items(part(MODULES, "Modules"))), keys_read(body_of(modules, "read_module")) - {"action"})
    same("actions", set(items(part(MODULES, "Actions"))), action - {"arg"})
    same("arguments", set(items(part(MODULES, "Arguments"))), keys_read(source("policy/parse_arguments.cpp")))
    policy = source("policy/parse_policy.cpp")
    rule = policy.index("void read_rule")
    principals, rules = policy[policy.index("void read_principal"):rule], policy[rule:]
    same("principals", set(items(part(POLICY, "Principals"))), keys_read(principals))
    same("rules", set(items(part(POLICY, "Rules"))), keys_read(rules) | {"module"})
    same("keys", set(items(part(POLICY, "keys.d"))), keys_read(source("policy/parse_keys.cpp")))
    settings = source("policy/parse_settings.cpp")
    tables = {"broker", "helper", "jobs", "audit", "limits"}
    same("mgr.toml", set(items(part(POLICY, "mgr.toml"))), keys_read(settings) - tables)
    same("tables of mgr.toml", set(re.findall(r"\.Li \[(\w+)\]", part(POLICY, "mgr.toml"))), tables)
    same("expectations", set(items(part(POLICY, "Expectations"))),
         keys_read(source("policy/parse_expectations.cpp")) - {"expect"} | {"module"})


def compare_words():
    words = re.search(r"std::string_view, 15> types\{(.*?)\}", source("policy/type_name.cpp"), re.S)[1]
    same("types", set(re.findall(r"^\.It Cm (\w+)$", part(MODULES, "Types"), re.M)), set(re.findall(r'"(\w+)"', words)))
    names = re.search(r"names\{(.*?)\}", source("protocol/error.cpp"), re.S)[1]
    errors = list(enumerate(re.findall(r'"(\w*)"', names)))[1:]
    same("errors", {(int(number), word) for number, word in
                    re.findall(r"^\.It (\d+) (\w+)$", part(PROTOCOL, "Errors"), re.M)}, set(errors))
    table = MARKDOWN.partition("## Errors")[2].partition("\n## ")[0]
    same("errors of PROTOCOL.md", {(int(number), word) for number, word in
                                   re.findall(r"^\| (\d+) \| (\w+) \|", table, re.M)}, set(errors))
    reserved = set(re.findall(r'"([\w-]+)"', re.search(r"known\{(.*?)\}", source("protocol/field.cpp"), re.S)[1]))
    same("reserved fields", set(items(part(PROTOCOL, "Fields"))), reserved)
    rows = MARKDOWN.partition("| reserved | meaning |")[2].partition("\n\n")[0]
    heads = " ".join(re.findall(r"^\| (.*?) \|", rows, re.M))
    same("reserved fields of PROTOCOL.md", set(re.findall(r"`([a-z][a-z-]*)`", heads)) - {"mgr"}, reserved)
    same("fields of signatures", set(items(part(PROTOCOL, "Signatures"))),
         {name for name in reserved if name.startswith("auth-")} | {"signature"})
    members = set(re.findall(r'\.member\("(\w+)"|\.key\("(\w+)"', "".join(source(name) for name in
                  ("helper/schema.cpp", "modules/schema.cpp") if (ROOT / name).exists())))
    schema = {first or second for first, second in members}
    told = set(re.findall(r"\b[a-z_]+\b", part(PROTOCOL, "The schema")))
    findings.extend(f"schema: {name} is in the code, and not in the manual" for name in sorted(schema - told))
    if not schema:
        findings.append("schema: the test finds nothing in the code")


def compare_commands():
    """Each command of mgrctl's own is explained, under its name."""
    own = set(re.findall(r'OwnCommand\{"([\w-]+)"', source("client/mgrctl.cpp")))
    manual = page("mgrctl.1")
    explained = {word for line in re.findall(r"^\.It Cm (.*)$", manual, re.M) for word in line.split()[:1]}
    explained |= set(re.findall(r"^\.Cm ([\w-]+)", part(manual, "Completion"), re.M))
    same("commands of mgrctl", own & explained, own)


def compare_limits():
    constants = {}
    for name in ("protocol/text.h", "protocol/root_language.h", "protocol/signed_request.h", "protocol/field.h"):
        for constant, value in re.findall(r"constexpr std::\w+ (\w+) = ([\d< ]+);", source(name)):
            constants[constant] = eval(value)  # digits and shifts alone
    limits, replies = part(PROTOCOL, "The request block"), part(PROTOCOL, "Replies")
    rows = {"a name": "max_name_length", "a value, without the spaces around it": "max_value_length",
            "a block": "max_fields", "a block, with all in it": "max_block_length", "a body": "max_body_length"}
    for row, constant in rows.items():
        told = re.findall(rf"^\.It {re.escape(row)} Ta (\d+) ", limits, re.M)
        if told != [str(constants[constant])]:
            findings.append(f"mgr-protocol.7: {row}: {told}, where {constant} is {constants[constant]}")
    phrases = {f"of at most {constants['max_reply_length']} bytes": replies,
               f"1 to {constants['max_request_id_length']} of\n": part(PROTOCOL, "Fields"),
               f"at most {constants['signature_window_s']} s from": part(PROTOCOL, "Signatures"),
               f"{constants['host_id_length']} digits of hex.": part(PROTOCOL, "Signatures"),
               f"{constants['nonce_length']} digits of hex, at random": part(PROTOCOL, "Signatures"),
               f"up to {constants['max_name_length'] - 1} of": POLICY}
    findings.extend(f"a limit that the manual has not: {phrase}" for phrase, text in phrases.items() if phrase not in text)


compare_keys()
compare_words()
compare_commands()
compare_limits()
finish("the manual and the code", findings)
