"""Which part of a mail the client wrote now, and which is the letter that it answers. Linear in the text's length.

Rule: nothing is thrown away, and when it is unsure that a passage is a quotation it stays with the client's words. A
forwarded letter is what the client wants us to read, and so are answers written between quoted lines.
"""

import re
from collections.abc import Sequence

from desk.texts import LANGUAGES, say

LOOKED_AT = 400  # characters of a line that patterns see
_MONTH = (
    r"(?:янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек"
    r"|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[а-яa-z]{0,8}\.?"
)
_DAY = r"(?:пн|вт|ср|чт|пт|сб|вс|понедельник|вторник|сред[ау]|четверг|пятниц[ау]|суббот[ау]|воскресенье|mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\.?"
_DATE = rf"(?:\d{{1,2}}[ .]{{1,2}}{_MONTH}[ ,]{{1,2}}\d{{2,4}}|{_MONTH} \d{{1,2}},? \d{{4}}|\d{{1,4}}[./-]\d{{1,2}}[./-]\d{{1,4}})"
_TIME = r"\d{1,2}[:.]\d{2}"
# "пн, 12 янв. 2026 г., 10:00 Имя <a@b>:", "On Mon, Jan 12, 2026 at 10:00 AM Name <a@b> wrote:",
# "12.01.2026, 10:00, "Имя" <a@b>:", "Понедельник, 12 января 2026, 10:00 +03:00 от Имя <a@b>:"
_DATED = re.compile(rf"^[\s>*]{{0,6}}(?:(?:on|am|в|le)\s)?\s?(?:{_DAY}[ ,]{{1,3}})?{_DATE}.{{0,300}}", re.IGNORECASE)
_WROTE = re.compile(
    r"(?:wrote|writes|писал(?:\(а\)|а)?|пишет|написал(?:\(а\)|а)?|сообщил(?:\(а\)|а)?)\b.{0,40}:?\s*$", re.IGNORECASE
)
_NAME_WROTE = re.compile(
    r"^[^\n]{2,120}<[^\s<>]{3,100}@[^\s<>]{3,100}>\s{0,2}(?:wrote|писал\(а\)|пишет|написал\(а\))\s*:\s*$", re.IGNORECASE
)
_ORIGINAL = re.compile(
    r"^[\s>]{0,4}-{2,12}\s{0,2}(?:original (?:message|appointment)|исходное (?:сообщение|письмо)|оригинальное сообщение|"
    r"первоначальное сообщение)\s{0,2}-{2,12}\s*$",
    re.IGNORECASE,
)
_FORWARDED = re.compile(
    r"^[\s>]{0,4}(?:-{2,12}\s{0,2}(?:forwarded (?:message|by)|пересланное (?:сообщение|письмо)|пересылаемое (?:сообщение|письмо)|"
    r"перенаправленное (?:сообщение|письмо))|begin forwarded message|"
    r"начало (?:переадресованного|пересылаемого|пересланного) (?:сообщения|письма))",
    re.IGNORECASE,
)
_FIELD_FROM = re.compile(r"^[\s>*]{0,4}(?:from|от|от кого)\s?\*?:\*?\s{0,3}\S", re.IGNORECASE)
_FIELD_MORE = re.compile(
    r"^[\s>*]{0,4}(?:sent|date|to|cc|subject|reply-to|отправлено|дата|кому|копия|тема|когда)\s?\*?:\*?(?:\s|$)",
    re.IGNORECASE,
)
_FIELD_WHEN = re.compile(r"^[\s>*]{0,4}(?:sent|date|отправлено|дата|когда)\s?\*?:", re.IGNORECASE)
_RULE = re.compile(r"^\s{0,3}_{5,80}\s*$|^\s{0,3}-{20,80}\s*$")
_SIGNATURE = re.compile(
    r"^\s{0,3}(?:-- ?$|—$|sent from my |sent from |get outlook for |отправлено (?:с|из) |c уважением|с уважением|best regards|regards,)",
    re.IGNORECASE,
)
_INSIDE = re.compile(
    r"(?:ответ\w{0,5}|коммент\w{0,10}|см\.?|смотри\w{0,3}|отвеча\w{0,3}|пишу|выдел\w{0,5})[^\n.]{0,40}\b(?:ниже|внутри|в тексте|по тексту|цветом|красным|синим|зел[её]ным)"
    r"|\b(?:below|inline|in-line|in line|interleaved|in red|in blue)\b",
    re.IGNORECASE,
)
_FORWARD_SUBJECT = re.compile(r"^\s*(?:fwd?|пересл|пер|wg|tr)\s*(?:\[\d+\])?\s*:", re.IGNORECASE)
SIGNATURE_LINES = 12  # what may stand below a quotation and still be only a signature


def markers() -> tuple[str, ...]:
    """The line that our mails ask to answer above, in each language."""
    return tuple(say(language, "mail.marker") for language in LANGUAGES)


def fold(text: str, subject: str = "") -> tuple[str, str]:
    """Return what the client said and the quoted rest; every line of the text is in one of the two."""
    lines = text.split("\n")
    kinds = [_is_quoted(line) for line in lines]
    if _FORWARD_SUBJECT.match(subject):
        return text.strip(), ""
    start = _quotation_start(lines, kinds)
    if start is None:
        return text.strip(), ""
    said, rest = _join(lines[:start]), _join(lines[start:])
    if said and _INSIDE.search(said[-2_000:]):
        return text.strip(), ""
    quoted = [index for index in range(start, len(lines)) if kinds[index]]
    if quoted:
        return _marked(lines, kinds, start, quoted, text)
    # Nothing marks where this quotation ends: below the header all is old, unless nothing stands above it.
    return (said, rest) if said else (text.strip(), "")


def _marked(  # noqa: PLR0917
    lines: list[str], kinds: list[bool], start: int, quoted: list[int], text: str
) -> tuple[str, str]:
    """The quotation's lines begin with ">"; what stands below or between them may be the client's."""
    said, last = _join(lines[:start]), quoted[-1]
    below = _join(lines[last + 1 :])
    between = [i for i in range(quoted[0], last) if not kinds[i] and lines[i].strip() and not _wrapped(lines, kinds, i)]
    if between:
        return text.strip(), ""
    if not below or _only_signature(lines[last + 1 :]):
        return (said, _join(lines[start:])) if said else (text.strip(), "")
    if not said or _is_greeting(said):
        # Answered below: the quotation stands first.
        return _join([*lines[:start], *lines[last + 1 :]]), _join(lines[start : last + 1])
    if any(_is_quoted(line) for line in lines[:start]):
        return text.strip(), ""
    return text.strip(), ""


def _quotation_start(lines: Sequence[str], kinds: Sequence[bool]) -> int | None:
    """Return the line where the quotation begins, with the line that announces it; None when there is none."""
    ours = tuple(marker.strip("—–- ").lower() for marker in markers())
    for index, line in enumerate(lines):
        head = line[:LOOKED_AT]
        if _FORWARDED.match(head):
            return None
        if any(marker in head.lower() for marker in ours):
            return _with_announcement(lines, index)
        if kinds[index]:
            return _with_announcement(lines, index)
        if _ORIGINAL.match(head) or _is_field_block(lines, index):
            return index - 1 if index and _RULE.match(lines[index - 1][:LOOKED_AT]) else index
        if (size := _attribution(lines, index)) and not _forward_follows(lines, index + size):
            return index
    return None


def _with_announcement(lines: Sequence[str], index: int) -> int:
    """Return the first line of the attribution or header block that ends right above, else the index itself."""
    above = index
    while above and not lines[above - 1].strip():
        above -= 1
    for size in range(1, 5):
        begin = above - size
        if begin < 0:
            break
        if _attribution(lines, begin) == size:
            return begin
    return index


def _attribution(lines: Sequence[str], index: int) -> int:
    """Return of how many lines the attribution that begins here consists; 0: none begins here."""
    joined = ""
    for size in range(1, 5):
        if index + size > len(lines):
            return 0
        line = lines[index + size - 1][:LOOKED_AT].strip()
        if not line:
            return 0
        joined = f"{joined} {line}".strip()
        if size == 1 and not (_DATED.match(joined) or _NAME_WROTE.match(joined) or _starts_wrote(joined)):
            return 0
        if _ends_attribution(joined):
            return size
    return 0


def _starts_wrote(line: str) -> bool:
    return (
        re.match(r"^(?:on|в)\s", line, re.IGNORECASE) is not None and re.search(_DATE, line, re.IGNORECASE) is not None
    )


def _ends_attribution(joined: str) -> bool:
    if _NAME_WROTE.match(joined):
        return True
    if not (re.search(_DATE, joined[:LOOKED_AT], re.IGNORECASE) and joined.endswith(":") or _WROTE.search(joined)):
        return False
    if _WROTE.search(joined):
        return True
    # A colon alone ends many sentences; with an address or a time of day it ends an attribution.
    return "@" in joined or (re.search(_TIME, joined) is not None and re.search(r"\bот\b|\bfrom\b", joined) is not None)


def _is_field_block(lines: Sequence[str], index: int) -> bool:
    """Return whether a block "From / Sent / To / Subject" begins here, in either language."""
    if not _FIELD_FROM.match(lines[index][:LOOKED_AT]):
        return False
    window = [line[:LOOKED_AT] for line in lines[index + 1 : index + 8]]
    more = sum(1 for line in window if _FIELD_MORE.match(line))
    return more >= 2 and any(_FIELD_WHEN.match(line) for line in window)  # noqa: PLR2004


def _forward_follows(lines: Sequence[str], index: int) -> bool:
    return any(_FORWARDED.match(line[:LOOKED_AT]) for line in lines[index : index + 3])


def _is_quoted(line: str) -> bool:
    return line.lstrip(" ")[:1] == ">" and len(line) - len(line.lstrip(" ")) <= 3  # noqa: PLR2004


def _wrapped(lines: Sequence[str], kinds: Sequence[bool], index: int) -> bool:
    """Return whether this line is the tail of a quoted line that a mail program broke: short, between quoted lines."""
    above, below = lines[index - 1] if index else "", kinds[index + 1] if index + 1 < len(lines) else False
    longest = 68  # characters; programs break quoted lines at 72 to 78
    return (
        below
        and kinds[index - 1]
        and len(above) >= longest
        and len(lines[index]) < longest // 3
        and lines[index][:1].islower()
    )


def _only_signature(lines: Sequence[str]) -> bool:
    words = [line for line in lines if line.strip()]
    return bool(words) and len(words) <= SIGNATURE_LINES and _SIGNATURE.match(words[0][:LOOKED_AT]) is not None


def _is_greeting(said: str) -> bool:
    return (
        len(said) <= 60
        and "\n" not in said
        and re.match(  # noqa: PLR2004
            r"^(?:добр|здравств|привет|уважаем|hello|hi\b|dear|good )", said, re.IGNORECASE
        )
        is not None
    )


def _join(lines: Sequence[str]) -> str:
    return "\n".join(lines).strip()
