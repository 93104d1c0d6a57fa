"""What an SMTP server's answers mean: whose fault a refusal is, and how much the server takes. Pure."""

import re
from typing import TYPE_CHECKING

from mail.charsets import decode
from mail.headers import one_line
from mail.reasons import reason_of

if TYPE_CHECKING:
    import aiosmtplib

_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_SHUT = {550, 551, 553}
_TOO_MUCH = {("3", "4"), ("2", "3")}  # RFC 3463: larger than the system, or the administrator, takes
_FULL = 552  # means a full mailbox at RCPT, and a mail too large at MAIL and DATA (RFC 1870, 6.1)
_THIS_SENDER = re.compile(r"\b5\.1\.[78]\b|\bsender\b", re.IGNORECASE)
_NOBODY = re.compile(r"\b5\.1\.[0-3]\b|\b5\.2\.1\b")


def size_limit(client: "aiosmtplib.SMTP") -> int | None:
    """Return the bytes of a mail that the server takes at most, None when it named no limit."""
    said = client.esmtp_extensions.get("size", "").strip()
    return int(said) if said.isdigit() and int(said) > 0 else None


def is_dead(code: int, said: str) -> bool:
    """Return whether a refused recipient means that the address does not exist; a policy's "no" does not."""
    enhanced = _ENHANCED.search(said)
    if enhanced is None:
        # «550 Blocked, see spamhaus.org» is said of our own server: no client's door may shut for that.
        return code in _SHUT and reason_of("", said) in ("", "gone", "domain")
    return enhanced[1] == "5" and (enhanced[2] == "1" or (enhanced[2], enhanced[3]) == ("2", "1"))


def blames_sender(said: str) -> bool:
    """Return whether a refused recipient is in truth a refused sender."""
    return _THIS_SENDER.search(said) is not None and _NOBODY.search(said) is None


def is_too_much(code: int, said: str, *, at_recipient: bool) -> bool:
    """Return whether a refusal is for the mail's size. Without a code that says so only a 552 to the mail itself is."""
    if enhanced := _ENHANCED.search(said):
        return enhanced[1] == "5" and (enhanced[2], enhanced[3]) in _TOO_MUCH
    return code == _FULL and not at_recipient


def words_of(error: "aiosmtplib.SMTPResponseException") -> str:
    """Return the server's words for people. They come in any character set, and may say anything."""
    words = decode(error.message.encode("utf-8", "surrogateescape"))
    return _TURNING.sub("", one_line(f"{error.code} {words}"))[:500]
