"""The pages of the manual are well-formed, have the sections that readers look for, in the usual order, and lead to each other."""
import re
import subprocess

from manual_source import PAGES, page, part, sections
from source_tree import finish

# mdoc(7) has this order; what a page has besides stands between DESCRIPTION and FILES.
ORDER = ("NAME", "SYNOPSIS", "DESCRIPTION", "ENVIRONMENT", "FILES", "EXIT STATUS", "EXAMPLES", "SEE ALSO", "CAVEATS",
         "SECURITY CONSIDERATIONS")
REQUIRED = ("NAME", "SYNOPSIS", "DESCRIPTION", "FILES", "EXAMPLES", "SEE ALSO")


def complaints(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    return (done.stdout + done.stderr).splitlines()


findings = []
for path in PAGES:
    name, section = path.name.rsplit(".", 1)
    text = page(path.name)
    findings += complaints("mandoc", "-T", "lint", "-W", "warning", path)
    findings += complaints("groff", "-K", "utf8", "-mandoc", "-T", "utf8", "-ww", "-z", path)
    if not re.search(rf"^\.Dt {name.upper()} {section}$", text, re.M) or not re.search(rf"^\.Nm {name}$", text, re.M):
        findings.append(f"{path.name}: is called something else inside")
    found = sections(text)
    findings += [f"{path.name}: no section {wanted}" for wanted in REQUIRED if wanted not in found]
    if section in "18" and "EXIT STATUS" not in found:
        findings.append(f"{path.name}: no exit statuses")
    usual = [ORDER.index(heading) for heading in found if heading in ORDER]
    if usual != sorted(usual):
        findings.append(f"{path.name}: its sections stand in another order than usual: {', '.join(found)}")
    for other, number in re.findall(r"\bXr (mgr[\w-]*) (\d)", text):
        if f"{other}.{number}" not in [each.name for each in PAGES]:
            findings.append(f"{path.name}: there is no {other}({number})")
    links = [f"{other}.{number}" for other, number in re.findall(r"^\.Xr (\S+) (\S+)", part(text, "SEE ALSO"), re.M)]
    by_section = sorted(links, key=lambda link: (link.rpartition(".")[2], link))
    if links != by_section:
        findings.append(f"{path.name}: SEE ALSO is not in the order of sections and names: {', '.join(links)}")
    if path.name in links:
        findings.append(f"{path.name}: leads to itself")
linked = {f"{other}.{number}" for path in PAGES
          for other, number in re.findall(r"^\.Xr (mgr\S*) (\d)", part(page(path.name), "SEE ALSO"), re.M)}
findings += [f"no SEE ALSO leads to {path.name}" for path in PAGES if path.name not in linked]
finish("pages of the manual", findings)
