"""The letter inside of a forwarded one: who wrote it and what it says, as mail programs show it or attach it. Linear.

Rule: only a letter whose writer's address is named counts; what stands in the text is the forwarder's word, no proof.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo

from desk.errors import Unreadable
from desk.incoming import Original, Sender
from mail import quote_marks as marks
from mail import quotes
from mail.attachments import Attachment
from mail.forms import mailable
from mail.headers import people
from mail.parse import CHANNEL, parse

LETTER = "message/rfc822"
BELOW = 4  # lines below "Forwarded message" within which its fields begin
FIELDS = 16  # lines that they take
ATTRIBUTION = 3
_FIELD = re.compile(
    r"(?:(?P<sender>from|от кого|от|отправитель)|(?P<subject>subject|тема)"
    r"|sent|date|sent on|отправлено|отправленные|дата отправки|дата|когда|to|кому|получател[ьи]|cc|bcc|копия|копии"
    r"|скрытая копия|importance|важность|reply-to|обратный адрес|attachments?|вложения|message-id)"
    r"\s?:\s{0,20}(?P<value>.{0,400})$",
    re.IGNORECASE,
)
_END = re.compile(
    r"-{2,30}\s?(?:конец|завершение|end of) .{0,20}(?:пересылаемого|пересланного|перенаправленного|forwarded)"
    r" (?:сообщения|письма|message)\s?-{2,30}$",
    re.IGNORECASE,
)
_SUBJECT_SIGN = re.compile(r"(?:\s{0,5}(?:fwd?|пересл|переслано|пер|wg|tr)\s?:)+\s{0,5}", re.IGNORECASE)
_ADDRESS_IN_BRACKETS = re.compile(r"\[(?:mailto:)?([^\[\]\s]{3,320})\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarded:
    """A letter that somebody handed on, with the files that came inside it."""

    original: Original
    files: tuple[Attachment, ...] = ()


def find(
    text: str, subject: str, files: Sequence[Attachment], received: datetime, zone: tzinfo = UTC
) -> Forwarded | None:
    """Return the forwarded letter of a mail, attached or in its text; None when it is none, or nobody knows whose."""
    lines = text.split("\n")
    heads = [marks.head(line) for line in lines]
    if places := _begins(heads, forward=marks.is_forward_subject(subject)):
        return _in_text(lines, heads, *places, _SUBJECT_SIGN.sub("", subject, count=1))
    letters = [file for file in files if file.mime == LETTER]
    if len(letters) == 1 and (marks.is_forward_subject(subject) or not text.strip()):
        return _attached(letters[0], text, received, zone)
    return None


def _begins(heads: Sequence[str], *, forward: bool) -> tuple[int, int] | None:
    """Where the forwarded part begins and where its fields do; None when there is none."""
    for index, line in enumerate(heads):
        if marks.is_forwarded(line) or (forward and marks.is_original(line)):
            below = next((at for at in range(index + 1, min(index + 1 + BELOW, len(heads))) if heads[at]), 0)
            return (index, below) if below else None
        if forward and marks.field_block(heads, index):
            return (index - 1 if index and marks.is_rule(heads[index - 1]) else index), index
    return None


def _in_text(lines: Sequence[str], heads: Sequence[str], begins: int, fields: int, subject: str) -> Forwarded | None:
    sender, told, body = _fields(heads, fields)
    if sender is None:
        return None
    inside = list(lines[body:])
    while inside and not inside[-1].strip():
        inside.pop()
    if inside and _END.match(marks.head(inside[-1])):
        inside.pop()
    quoted = [line for line in inside if line.strip()]
    if quoted and all(marks.is_quoted(line) for line in quoted):  # Apple marks the whole letter
        inside = [line.lstrip(" \u00a0").removeprefix(">").removeprefix(" ") for line in inside]
    folded = quotes.apart("\n".join(inside), told)
    comment = "\n".join(lines[:begins]).strip()
    return Forwarded(
        original=Original(
            sender=sender, subject=told or subject, comment=comment,
            text=folded.said, rest=folded.rest, signature=folded.signature,
        ),
    )  # fmt: skip


def _fields(heads: Sequence[str], first: int) -> tuple[Sender | None, str, int]:
    """The writer, the subject and where the text begins; no writer when none is named."""
    values: dict[str, str] = {}
    last, at = "", first
    while at < min(first + FIELDS, len(heads)):
        if not heads[at]:  # some programs write each field as a paragraph
            following = _FIELD.match(heads[at + 1]) if last and at + 1 < len(heads) else None
            if following is None or _kind(following) in values.keys() - {"other"}:
                break
            at += 1
        field = _FIELD.match(heads[at])
        if field:
            last = _kind(field)
            values.setdefault(last, field["value"])
        elif last in ("sender", "subject"):  # a program broke a long line
            values[last] = f"{values[last]} {heads[at]}"
        elif not last:
            break
        at += 1
    if not last:  # Yandex: «23.11.2026, 10:00, "Анна" <ann@client.example>:»
        joined = " ".join(heads[first : first + ATTRIBUTION]).partition(">:")[0] + ">"
        at = first + 1 + next((n for n, line in enumerate(heads[first : first + ATTRIBUTION]) if line.endswith(":")), 0)
        values["sender"] = joined.rpartition(", ")[2] if ">:" in " ".join(heads[first:at]) else ""
    return _sender(values.get("sender", "")), values.get("subject", "").strip(), at


def _kind(field: re.Match[str]) -> str:
    return "sender" if field["sender"] else "subject" if field["subject"] else "other"


def _sender(value: str) -> Sender | None:
    found = people([_ADDRESS_IN_BRACKETS.sub(r"<\1>", value).encode()])
    address = mailable(one.address for one in found)
    named = next((one.name for one in found if one.address == address), "")
    return Sender(channel=CHANNEL, address=address, name=named) if address else None


def _attached(letter: Attachment, text: str, received: datetime, zone: tzinfo) -> Forwarded | None:
    """A letter attached whole, with its own files."""
    never: Callable[[str], bool] = lambda _: False  # noqa: E731 - whose it is, its sender tells
    try:
        inner = parse(letter.content, received=received, is_own_id=never, zone=zone)
    except Unreadable:
        return None
    address = mailable([inner.incoming.sender.address])
    if not address:
        return None
    said = inner.incoming.text
    comment = "" if said and said[:200] in text else text.strip()  # nothing was said but what the letter says
    return Forwarded(
        original=Original(
            sender=replace(inner.incoming.sender, address=address),
            subject=inner.incoming.subject, text=said, rest=inner.incoming.rest, comment=comment,
            signature=inner.incoming.signature,
        ),
        files=inner.files,
    )  # fmt: skip
