"""A second reader of request blocks, for tests: written from PROTOCOL.md, slowly, with none of mgr's code.

It reads line by line and by regular expressions where mgr's own goes byte by byte through a machine of states.
"""
import re

NAME = re.compile(rb"[A-Za-z][A-Za-z0-9_.-]{0,31}")
PARTIAL_NAME = re.compile(rb"([A-Za-z][A-Za-z0-9_.-]{0,31})?")
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
MAX_FIELDS, MAX_VALUE, MAX_BLOCK = 64, 4096, 16384


class Refused(Exception):
    """What came is no request, and never will be one."""


class Unfinished(Exception):
    """What came is not whole. Whether that is seen already is left open where a character may be half."""


def read(data):
    """The requests in what came over one connection, each a dict, as far as there are any; and how it ended:
    None, Refused or Unfinished."""
    requests, keeps = [], False
    while data:
        try:
            fields, opened, data = read_block(data, first=not requests)
        except (Refused, Unfinished) as ending:
            return requests, type(ending)
        keeps = keeps or opened
        requests.append(fields)
        if not keeps:
            break
    return requests, None


def read_block(data, first):
    fields, opened, rest = {}, False, data
    while True:
        line, feed, rest = rest.partition(b"\n")
        if len(data) - len(rest) > MAX_BLOCK:
            raise Refused
        if not feed:
            raise ended_in(line, len(fields))
        line = line[:-1] if line.endswith(b"\r") else line
        if not line and not fields:
            raise Refused
        if not line:
            return fields, opened, rest
        if len(fields) == MAX_FIELDS:
            raise Refused
        name, value = read_line(line)
        if name == "mgr":
            if not first or fields or opened or value != "keep-alive":
                raise Refused
            opened = True
        elif name in fields:
            raise Refused
        else:
            fields[name] = value


def read_line(line):
    name, colon, value = line.partition(b":")
    value = value.strip(b" ")
    if not colon or not NAME.fullmatch(name) or len(value) > MAX_VALUE:
        raise Refused
    try:
        text = value.decode("utf-8")  # which knows no surrogates and no overlong forms
    except UnicodeDecodeError:
        raise Refused from None
    if CONTROL.search(text):
        raise Refused
    return name.decode().lower(), text


def ended_in(line, fields):
    """What to make of a last line without its line feed."""
    name, colon, value = line.removesuffix(b"\r").partition(b":")
    right = (NAME if colon else PARTIAL_NAME).fullmatch(name)
    if not right or re.search(rb"[\x00-\x1f\x7f]", value) or (fields == MAX_FIELDS and name):
        return Refused()
    return Unfinished()
