"""Small rooms: no file over 400 lines; every file opens with a word on what it is and where it runs."""
from source_tree import ROOT, finish, sources

findings = []
for source in sources():
    lines = (ROOT / source).read_text().splitlines()
    if len(lines) > 400:
        findings.append(f"{source}: {len(lines)} lines")
    if not lines or not lines[0].startswith("//"):
        findings.append(f"{source}: opens without a word on what it is")
finish("file sizes", findings)
