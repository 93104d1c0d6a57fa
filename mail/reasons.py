"""Why a mail server did not take a mail: its words and codes become the key of one plain reason. Pure.

Words come before codes: servers give wrong codes more often than wrong words.
"""

import re

_LINE = 1_000  # characters of what a server says that are looked at
_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_REPLY = re.compile(r"(?<![\d.])([45][0-5]\d)(?=[ -])")
_FULL = re.compile(
    r"mailbox (?:is |was )?full|full mailbox|over ?quota|quota (?:is )?exceed|exceed\w* .{0,40}quota|"
    r"insufficient storage|"
    r"not enough space|storage (?:limit|allocation)|out of storage|переполнен|превышен\w* квот|"
    r"квота .{0,20}(?:превыш|исчерп)|"
    r"недостаточно места|no space left",
    re.IGNORECASE,
)
_SPAM = re.compile(
    r"\bspam\b|spamhaus|blacklist|block ?list|\brbl\b|\bdnsbl\b|reputation|unsolicited|спам|ч[её]рн\w* списк|"
    r"\bdmarc\b|\bspf\b|\bdkim\b",
    re.IGNORECASE,
)
_SIZE = re.compile(
    r"(?:message|mail|size|file).{0,30}(?:too (?:large|big)|exceed\w* .{0,30}(?:limit|maximum|size))|слишком больш|"
    r"превышает .{0,40}размер|размер .{0,60}превыш",
    re.IGNORECASE,
)
_NO_DOMAIN = re.compile(
    r"host or domain name not found|domain (?:name )?(?:does ?n[o']t exist|not found|unknown)|"
    r"unrouteable (?:mail )?domain|"
    r"host unknown|name or service not known|no such domain|nxdomain|no mx|домен .{0,60}не (?:найден|существует)|"
    r"all relevant mx records point to non-existent",
    re.IGNORECASE,
)
_GONE = re.compile(
    r"user (?:is )?unknown|unknown (?:user|recipient|local|mailbox)|no such (?:user|mailbox|recipient|address|account)|"
    r"(?:user|recipient|account|mailbox|address).{0,120}(?:does ?n[o']t exist|not (?:be )?found|not exist|unavailable|"
    r"inactive|disabled|deactivated|invalid|not listed)|invalid (?:recipient|mailbox|user|address)|"
    r"not a valid (?:mailbox|user)|"
    r"recipient (?:address )?rejected: (?:access denied|user|undeliverable|unknown)|no mailbox (?:here )?by that name|"
    r"unrouteable address|does ?n[o']t have an? .{0,60}account|mailbox unavailable|address no longer|"
    r"no longer (?:valid|active|works)|"
    r"(?:адрес|пользовател|получател|ящик|учётн|учетн|email).{0,120}не (?:существует|найден|зарегистрирован|действует)|"
    r"(?:не найден|нет так|неизвестн|несуществующ|неверн).{0,40}(?:адрес|пользовател|получател|ящик)|"
    r"(?:ящик|пользовател|учётн\w* запис\w*|учетн\w* запис\w*).{0,40}(?:отключ|заблокирован|удал[её]н|неактив)",
    re.IGNORECASE,
)
_EXPIRED = re.compile(
    r"retry time(?:out)? (?:not reached|exceeded)|message expired|expired|timed? ?out|too long in (?:the )?queue|"
    r"giving up|could not be delivered for|истекл|слишком долго",
    re.IGNORECASE,
)
# RFC 3463, 3.2: x.1.x is the address, but x.1.7 and x.1.8 are the sender's; x.2.1 is a mailbox switched off.
_CODES = {
    ("1", "2"): "domain", ("1", "7"): "policy", ("1", "8"): "policy", ("2", "1"): "gone", ("2", "2"): "full",
    ("2", "3"): "size", ("3", "4"): "size", ("4", "4"): "domain", ("4", "7"): "late", ("7", "26"): "spam",
    ("7", "28"): "spam",
}  # fmt: skip


def codes(said: str) -> tuple[str, str, str] | None:
    """Return the enhanced code (RFC 3463) in these words, or the class of a reply; None when there is neither."""
    found = _STATUS.search(said)
    if found:
        return found[1], found[2], found[3]
    reply = _REPLY.search(said)
    return (reply[1][0], "", "") if reply else None


def reason_of(status: str, said: str) -> str:
    """Return the end of a key `group.why_…`, "" where nobody can tell."""
    said = said[:_LINE]
    for pattern, key in (
        (_FULL, "full"),
        (_SIZE, "size"),
        (_NO_DOMAIN, "domain"),
        (_GONE, "gone"),
        (_SPAM, "spam"),
        (_EXPIRED, "late"),
    ):
        if pattern.search(said):
            return key
    code = next((found for found in (_STATUS.search(said), _STATUS.search(status)) if found and found[3] != "0"), None)
    code = code or _STATUS.search(status)
    if code and code[1] != "2":
        if (code[2], code[3]) in _CODES:
            return _CODES[code[2], code[3]]
        if code[1] == "5" and code[2] == "1" and code[3] != "0":
            return "gone"
        if code[2] == "7":
            return "policy"
        if code[1] == "4" and code[2] == "4":
            return "late"
    return ""
