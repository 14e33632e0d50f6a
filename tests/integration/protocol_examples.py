"""What PROTOCOL.md shows, taken out of it: blocks of shell with what they print, and the test vectors."""
import json
import pathlib
import re
import subprocess

TEXT = (pathlib.Path(__file__).resolve().parents[2] / "protocol/PROTOCOL.md").read_text()
SEPARATOR = "\x1e"


def vectors():
    return json.loads(re.search(r"^```json\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)[1])


def shell_examples():
    """Pairs of what is run and what it prints."""
    blocks = re.findall(r"^```(\w+)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    shell = [index for index, (kind, _) in enumerate(blocks) if kind == "sh"]
    for index in shell:
        assert blocks[index + 1][0] == "text", blocks[index]
    return [(blocks[index][1], blocks[index + 1][1]) for index in shell]


def run(commands, folder):
    """What each of these prints: by one bash, one after the other, in that folder."""
    script = f"printf '{SEPARATOR}'\n".join(commands)
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=folder, capture_output=True, text=True,
                          timeout=60, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr
    return done.stdout.split(SEPARATOR)
