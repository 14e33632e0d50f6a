"""What must be there before a page's examples make sense: what its text takes for given."""
import pathlib

from instance import REPO

APPLIANCE = REPO / "packaging/examples/appliance"

# In place of mgr-scan, for pages about jobs that run: tasks 1 and 2 do so until they are stopped.
LONG_SCAN = """#!/bin/sh
case "$2" in
  1|2) echo "scan $2"; exec sleep 1000 ;;
  *) exec /usr/bin/mgr-scan "$@" ;;
esac
"""

# A mailer that keeps what it is given. With a real one the module is tried in tests/integration/mail_test.sh.
MAILER = """#!/bin/sh
cat > "/var/mail/message-$$"
"""


def write(path, text, mode=0o644):
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)


def scans(*tasks):
    for task in tasks:
        write(f"/srv/site-{task}/index.html", f"site {task}\n")
        write(f"/etc/mgr/scan.d/{task}.toml", f'path = "/srv/site-{task}"\n')


def long_scans():
    write("/usr/local/bin/scan", LONG_SCAN, 0o755)
    module = pathlib.Path("/etc/mgr/modules.d/scan.toml")
    module.write_text(module.read_text().replace("/usr/bin/mgr-scan", "/usr/local/bin/scan"))


def ended_job(machine):
    """Job 1."""
    scans(1)
    machine.later.append(("root", "mgrctl --wait scan start 1"))


def mgrctl(machine):
    scans(3)
    long_scans()
    machine.shell("root", f"""
        install -d -m 755 /usr/lib/mgr-appliance /etc/mgr-appliance /etc/ssl/appliance /var/backups/appliance
        install -m 755 {APPLIANCE}/bin/* /usr/lib/mgr-appliance/
        groupadd --system appliance-users
        useradd --groups appliance-users bob
        install -m 644 {APPLIANCE}/modules.d/appliance.toml /etc/mgr/modules.d/
        install -m 644 {APPLIANCE}/rules.d/50-appliance.toml /etc/mgr/rules.d/
        openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=example.org -keyout /var/www/key.pem -out /var/www/cert.pem 2>/dev/null
        cat /var/www/cert.pem /var/www/key.pem > /var/www/web.pem
        printf 'table inet example {{\\n}}\\n' > /var/www/rules.nft
        echo 'a better one' > /var/www/bob.password
        chown --recursive www-data: /var/www
        chmod 600 /var/www/bob.password
        printf '127.0.0.1 %s\\n' example.org db1.example.org >> /etc/hosts
        mkdir /home/alice/etc && cp --recursive /etc/mgr /home/alice/etc/ && chown --recursive alice: /home/alice/etc""")


def scan(machine):
    for name in ("login.php", "uploads/picture.png", "cache/page"):
        write(f"/srv/www/{name}", f"{name}\n")


def audit(machine):
    ended_job(machine)
    machine.later.append(("www-data", "! mgrctl scan start 1000"))
    machine.shell("root", "mkdir --parents /media/usb")


def modules(machine):
    write("/root/note", "Back at noon.\n")
    write("/root/passphrase", "correct horse\n", 0o600)
    write("/var/log/dpkg.log", "".join(f"line {number}\n" for number in range(20)))


def policy(machine):
    """A working copy has the mistake that the page shows."""
    scans(1, 7, 12)
    machine.shell("root", "cp --recursive /etc/mgr mgr && sed -i '14s/.*/modul = 1/' mgr/policy.toml")


def protocol(machine):
    scans(1, 2, 3, 4)


def mail(machine):
    write("/usr/sbin/sendmail", MAILER, 0o755)
    machine.shell("root", "chmod 1777 /var/mail/")
    write("/var/www/report.txt", "All is well.\n")


def broker(machine):
    machine.shell("root", "ip address add 192.0.2.1/24 dev lo")


def service(machine):
    machine.shell("root", "systemctl start nginx.service")


def shutdown(machine):
    """Where a scan runs."""
    long_scans()
    machine.later.append(("root", "mgrctl scan start 1"))


SETUPS = {"mgrctl.1": mgrctl, "mgr-scan.1": scan, "mgr-audit.5": audit, "mgr-modules.5": modules, "mgr-policy.5": policy,
          "mgr-protocol.7": protocol, "mgr-job.8": ended_job, "mgr-broker.8": broker, "mgr-service.8": service,
          "mgr-mail.8": mail, "mgr-shutdown.8": shutdown}
