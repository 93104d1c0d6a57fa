"""Which part of a mail the client wrote now, and which is the letter that it answers. Linear in the text's length.

Rule: nothing is thrown away, and when it is unsure that a passage is a quotation it stays with the client's words. A
forwarded letter is what the client wants us to read, and so are answers written between quoted lines.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from desk.texts import LANGUAGES, say
from mail import quote_marks as marks

SIGNATURE_LINES = 12  # what may stand below a quotation and still be only a signature


@dataclass(frozen=True, slots=True, kw_only=True)
class _Quotation:
    """Lines from `start` are old; `marked`: each bears ">", so that what does not is new."""

    start: int
    marked: bool


@cache
def markers() -> tuple[str, ...]:
    """The line that our mails ask to answer above, in each language, without its dashes."""
    return tuple(say(language, "mail.marker").strip("—–- ").lower() for language in LANGUAGES)


def fold(text: str, subject: str = "") -> tuple[str, str]:
    """Return what the client said and the quoted rest; every line of the text is in one of the two."""
    whole = text.strip()
    if marks.is_forward_subject(subject):
        return whole, ""
    lines = text.split("\n")
    quotation = _find(lines)
    if quotation is None:
        return whole, ""
    said = _join(lines[: quotation.start])
    if quotation.marked:
        return _fold_marked(lines, quotation.start, said, whole)
    # Below such a header nothing tells old from new. All is old when something was said above it.
    if not said or marks.answers_inside(said):
        return whole, ""
    return said, _join(lines[quotation.start :])


def _fold_marked(lines: Sequence[str], start: int, said: str, whole: str) -> tuple[str, str]:
    quoted = [index for index in range(start, len(lines)) if marks.is_quoted(lines[index])]
    first, last = quoted[0], quoted[-1]
    if any(lines[index].strip() and not marks.is_quoted(lines[index]) for index in range(first, last)):
        return whole, ""  # answers between the quoted lines make sense only with them
    below = lines[last + 1 :]
    if said and _is_signature(below):
        return said, _join(lines[start:])
    new = "\n\n".join(part for part in (said, _join(below)) if part)
    if not new or (not said and _is_signature(below)):
        return whole, ""
    return new, _join(lines[start : last + 1])


def _find(lines: Sequence[str]) -> _Quotation | None:
    """Return the first quotation; None when there is none or when a forwarded letter comes first."""
    for index, line in enumerate(lines):
        if marks.is_forwarded(line):
            return None
        if marks.is_quoted(line):
            if index and marks.is_quoted(lines[index - 1]):
                continue  # the block was looked at where it began
            if found := _marked_from(lines, index):
                return found
            continue
        if marks.is_original(line) or (below := marks.field_block(lines, index)):
            start = index - 1 if index and marks.is_rule(lines[index - 1]) else index
            below = index + 1 if marks.is_original(line) else below
            return _Quotation(start=start, marked=_quoted_next(lines, _below_fields(lines, below)))
        if size := marks.attribution(lines, index):
            after = index + size
            if _quoted_next(lines, after):
                return _Quotation(start=index, marked=True)
            if marks.names_address(lines[index:after]) and not _forwarded_next(lines, after):
                return _Quotation(start=index, marked=False)
        elif _is_marker(line):
            return _Quotation(start=index, marked=_quoted_next(lines, index + 1))
    return None


def _marked_from(lines: Sequence[str], index: int) -> _Quotation | None:
    """Return the quotation whose first ">" stands here, if something says that it is one and no list or paste."""
    above = index
    while above and not lines[above - 1].strip():
        above -= 1
    # The attribution itself may be quoted too, as Apple does it, or the marker may be the first quoted line.
    for line_number in range(index, min(index + 3, len(lines))):
        if _is_marker(lines[line_number]) or marks.attribution(lines, line_number):
            return _Quotation(start=index, marked=True)
        if marks.is_forwarded(lines[line_number]):
            return None
    if above and marks.announces(lines[above - 1]):
        return _Quotation(start=above - 1, marked=True)
    if any(_is_marker(line) for line in lines[index : index + 40]):
        return _Quotation(start=index, marked=True)
    return None


def _below_fields(lines: Sequence[str], index: int) -> int:
    """Return where the text begins when a block of fields follows."""
    for place in range(index, min(index + 3, len(lines))):
        if below := marks.field_block(lines, place):
            return below
    return index


def _quoted_next(lines: Sequence[str], index: int) -> bool:
    """Return whether the next line that says anything is quoted."""
    found = next((line for line in lines[index : index + 5] if line.strip()), "")
    return marks.is_quoted(found)


def _forwarded_next(lines: Sequence[str], index: int) -> bool:
    return any(marks.is_forwarded(line) for line in lines[index : index + 3])


def _is_marker(line: str) -> bool:
    head = line[: marks.LOOKED_AT].lower()
    return any(marker in head for marker in markers())


def _is_signature(lines: Sequence[str]) -> bool:
    """Return whether these lines are nothing but a signature, or nothing at all."""
    words = [line for line in lines if line.strip()]
    return not words or (len(words) <= SIGNATURE_LINES and marks.is_signature(words[0]))


def _join(lines: Sequence[str]) -> str:
    return "\n".join(lines).strip()
