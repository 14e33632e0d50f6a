"""Examples of the manual that manual_page.py does not run, each with why; manual_test.py holds the lists to the pages."""

# Commands that want a person, or systemd: which test runs such a command, and what there has to stand in it.
ELSEWHERE = {
    "mgrctl account password bob": ("integration/client_inputs_test.py", 'person.sees(b"mgrctl user password, new: ")'),
}

# What is no example: a form, shown on a line of its own.
SHOWN = {
    "NAME HOSTID ed25519:BASE64",  # of known hosts
    'key = ["alice"]',  # a line of a principal
    "sendmail -i [-f ADDRESS] -- RECIPIENT...",  # what mgr-mail executes
}

# Pages that want systemd: manual_systemd_test.sh has them run on a machine that it has booted.
BOOTED = ("mgr-broker.8", "mgr-helper.8", "mgr-service.8")
