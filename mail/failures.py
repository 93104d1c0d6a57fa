"""What a mail server's report says: which mail failed, at which addresses, for good or for now, and why. Pure.

Rule: only what the server wrote is asked for reasons; the copy of our own mail below it may say anything.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from desk.incoming import Failed, Fate
from mail.charsets import clean
from mail.headers import Headers, one_line, read_headers
from mail.mime import Part
from mail.reasons import codes, reason_of

RECIPIENTS = 50  # addresses of one report that are looked at
WORDS = 500  # characters of a server's words that are kept
LINES = 300  # lines of a report in words that are looked at
_HEAD = 65_536  # bytes of each part of a report in which the failed mail's id is looked for
_LINE = 1_000  # characters; a server's reason is no longer
_STATUS_PARTS = ("message/delivery-status", "message/global-delivery-status")
_INNER_ID = re.compile(rb"^[> \t]{0,20}message-id:\s{0,20}(<[^<>\s]{1,990}>)", re.IGNORECASE | re.MULTILINE)
_OWN_ID = re.compile(rb"<otvet\.[^<>\s]{1,300}>")
_ADDRESS = re.compile(r"[^\s<>()\[\]\",;:@]{1,64}@[^\s<>()\[\]\",;:@]{1,255}")
_ADDRESS_LINE = re.compile(rf"\s{{0,20}}(?:to:\s)?<?({_ADDRESS.pattern})>?\s{{0,5}}(?::(.*))?", re.IGNORECASE)
_COPY = re.compile(
    r"\s*>?\s*(?:(?:received|return-path|dkim-signature|message-id|mime-version|from|subject):\s|"
    r"-{2,}.{0,80}(?:copy|original m|unsent m|message header|копия|исходн|оригинал))",
    re.IGNORECASE,
)
_DELAYED = re.compile(
    r"delay|warning: (?:could not|message)|still being retried|not yet been delivered|задерж|отложен|ещё не доставлено",
    re.IGNORECASE,
)
_ARRIVED = re.compile(
    r"successful mail delivery|delivery status notification \((?:success|relay)|^(?:relayed|delivered):|"
    r"delivery notification: delivery has been successful|^доставлено:",
    re.IGNORECASE,
)
_GONE_FOR_GOOD = frozenset({"gone", "domain"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A bounce as read: the failed mail's Message-ID ("" when it does not say) and its addresses, in its order."""

    message_id: str
    failures: tuple[Failed, ...]


def read_report(mail: Part, *, is_own_id: Callable[[str], bool]) -> Report:
    """Return what a bounce of any shape says; without any address one Failed with an empty one."""
    subject = mail.headers.text("subject")
    words = _words(mail)
    failures = list(islice(_structured(mail, subject, words), RECIPIENTS))
    failures = failures or list(islice(_in_words(mail.headers, subject, words), RECIPIENTS))
    kept = {(one.address, one.fate): one for one in reversed(failures)}
    return Report(message_id=inner_id(mail, is_own_id=is_own_id), failures=tuple(reversed(kept.values())))


def inner_id(mail: Part, *, is_own_id: Callable[[str], bool]) -> str:
    """Return the Message-ID that a report speaks of: one of ours if there is any, else the first, else ""."""
    everything = _everything(mail)
    found = [clean(id_.decode(errors="replace")) for id_ in _OWN_ID.findall(everything)[:RECIPIENTS]]
    found += [clean(id_.decode(errors="replace")) for id_ in _INNER_ID.findall(everything)[:RECIPIENTS]]
    own = next((id_ for id_ in found if is_own_id(id_)), "")
    return own or next((id_ for id_ in found if not id_.startswith("<otvet.")), "")


def has_status(mail: Part) -> bool:
    """Return whether a part says in fields what became of a mail (RFC 3464)."""
    return any(part.type in _STATUS_PARTS for part in mail.walk())


def _everything(mail: Part) -> bytes:
    """Return the heads of what the report carries, encodings undone."""
    pieces: list[bytes] = []
    for part in mail.walk():
        if not part.parts:
            pieces.append(part.content()[:_HEAD])
        if len(pieces) >= RECIPIENTS:
            break
    return b"\n".join(pieces)[: 4 * _HEAD]


def _words(mail: Part) -> list[str]:
    """Return the lines that the server wrote, without the copy of the failed mail."""
    for part in mail.walk():
        if part.type not in ("text/plain", "text/html"):
            continue
        text = part.text()[:_HEAD]
        if part.type == "text/html":
            text = re.sub(r"<(?:br|/p|/div|/tr|/td)[^<>]{0,200}>", "\n", text, flags=re.IGNORECASE)
            text = re.sub(r"<[a-zA-Z/!][^<>]{0,2000}>", " ", text)
        lines = [line[:_LINE] for line in clean(text).splitlines()[:LINES]]
        copy = next((index for index, line in enumerate(lines) if index and _COPY.match(line)), len(lines))
        if any(line.strip() for line in lines[:copy]):
            return lines[:copy]
    return []


def _structured(mail: Part, subject: str, words: list[str]) -> Iterator[Failed]:
    """What the fields say, one address each (RFC 3464, 2.3)."""
    for part in mail.walk():
        if part.type not in _STATUS_PARTS:
            continue
        for block in re.split(rb"\r?\n[ \t]*\r?\n", part.content()[: 4 * _HEAD]):
            fields, _ = read_headers(block.strip() + b"\n\n")
            if "final-recipient" in fields or "original-recipient" in fields or "action" in fields:
                yield _recipient(fields, subject, words)


def _recipient(fields: Headers, subject: str, words: list[str]) -> Failed:
    final, original = _address(fields.text("final-recipient")), _address(fields.text("original-recipient"))
    said = fields.text("diagnostic-code")
    kind, mark, told = said.partition(";")
    said = told.strip() if mark and re.fullmatch(r"\s*[\w-]{1,30}\s*", kind) else said.strip()
    status = fields.text("status")
    said = said or _telling_line(words)
    reason = reason_of(status, said)
    return Failed(
        address=final or original,
        original=original if final else "",
        fate=_fate(fields.text("action"), status, said, subject, reason),
        reason=reason,
        words=(said or status)[:WORDS],
    )


def _in_words(headers: Headers, subject: str, words: list[str]) -> Iterator[Failed]:
    """What the text says: addresses that stand alone in a line, the reasons behind or below them."""
    told: dict[str, list[str]] = {}
    for value in headers.all("x-failed-recipients")[:RECIPIENTS]:
        told.update({found.lower(): [] for found in _ADDRESS.findall(clean(value.decode("utf-8", "replace")))})
    named = bool(told)
    current = ""
    for line in words:
        found = _ADDRESS_LINE.fullmatch(line)
        if found and not (named and found[1].lower() not in told):
            current = found[1].lower()
            told.setdefault(current, []).append(found[2] or "")
        elif current and line.strip():
            told[current].append(line)
        elif told.get(current):
            current = ""  # an empty line ends a reason, but not the way from an address to one
    general = _telling_line(words)
    for address, lines in list(told.items()) or [("", [])]:
        own = one_line(" ".join(lines))
        said = own if own and (reason_of("", own) or codes(own)) else general or own
        reason = reason_of("", said)
        yield Failed(
            address=address, fate=_fate("", "", said, subject, reason), reason=reason, words=one_line(said)[:WORDS]
        )


def _address(value: str) -> str:
    found = _ADDRESS.search(value.partition(";")[2] or value)
    return found[0].lower() if found else ""


def _telling_line(lines: list[str]) -> str:
    """Return the first line that says why: with a code, else with words that we know."""
    for line in lines:
        if codes(line):
            return one_line(line)
    return next((one_line(line) for line in lines if reason_of("", line)), "")


def _fate(action: str, status: str, said: str, subject: str, reason: str) -> Fate:
    """The field `Action` decides (RFC 3464, 2.3.3), then the codes, then the words."""
    action = re.sub(r"[^a-z]", "", action.lower())
    if action in ("delivered", "relayed", "expanded"):
        return Fate.ARRIVED
    if action == "delayed":
        return Fate.DELAYED
    if action != "failed":
        if _ARRIVED.search(subject):
            return Fate.ARRIVED
        code = codes(status) or codes(said)
        if _DELAYED.search(subject) or (code and code[0] == "4" and reason != "late"):
            return Fate.DELAYED
        if code and code[0] == "2":
            return Fate.ARRIVED
    # A refusal for now that nobody repeats says nothing against the address.
    passing = (codes(said) or codes(status) or ("5",))[0] == "4"
    return Fate.GONE if reason in _GONE_FOR_GOOD and not passing else Fate.REFUSED
