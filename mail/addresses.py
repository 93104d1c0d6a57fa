"""Mail addresses as they stand in headers and on the line to a server. Pure.

A domain beyond ASCII goes as its A-label (RFC 5891), which every server knows; a local part beyond ASCII goes as it is
and needs a server with SMTPUTF8 (RFC 6531).
"""

import re

from mail.charsets import clean
from mail.headers import one_line
from mail.parts import encoded_words

NAME_LIMIT = 200  # characters of a display name
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_PLAIN = re.compile(r"[!#-'*+/-9=?A-Z^-~.-]{1,64}@[A-Za-z0-9._:\[\]-]{1,255}")
_WIDE = re.compile(r"[!#-'*+/-9=?A-Z^-~.\u00a1-\U0010ffff-]{1,64}@[A-Za-z0-9._-]{1,255}")
_SPECIAL = re.compile(r'[()<>@,:;".\[\]\\]')


def on_the_line(address: str) -> str:
    """Return the address for a server's RCPT, "" when it is none that mail can be sent to."""
    local, _, domain = clean(address).strip().rpartition("@")
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError:
            return ""
    whole = f"{local}@{domain}"
    pattern = _PLAIN if local.isascii() else _WIDE
    return whole if pattern.fullmatch(whole) and whole == whole.strip() and not re.search(r"\s", whole) else ""


def needs_utf8(address: str) -> bool:
    """Whether a server must have SMTPUTF8 for it."""
    return not on_the_line(address).isascii()


def shown_as(name: str, address: str) -> str:
    """Return one person of an address header. An address beyond ASCII becomes words in an empty group (RFC 6857)."""
    written = on_the_line(address)
    if not written.isascii():
        return f"{encoded_words(written)} :;"
    written = written or re.sub(r"[^!-~]|[<>,;:\"()\[\]\\]", "", address)
    text = _TURNING.sub("", one_line(name))[:NAME_LIMIT]
    if not text:
        return f"<{written}>"
    if not text.isascii() or not text.isprintable() or "=?" in text:
        return f"{encoded_words(text)}\r\n <{written}>"
    if _SPECIAL.search(text):
        text = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{text} <{written}>"


def as_written(address: str) -> str:
    """Return an address with letters of any script for the To of a mail that goes with SMTPUTF8 (RFC 6532)."""
    return f"<{on_the_line(address)}>"
