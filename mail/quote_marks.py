"""How mail programs announce the letter that is answered, in Russian and English, one predicate per habit. Pure."""

import re
from collections.abc import Sequence

LOOKED_AT = 400  # characters of a line that patterns see
ATTRIBUTION_LINES = 4  # mail programs break a long attribution
FIELDS_WITHIN = 8  # lines in which From, Sent, To and Subject stand together
_MONTH = (
    r"(?:янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек"
    r"|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[а-яa-z]{0,8}\.?"
)
_DAY = (
    r"(?:пн|вт|ср|чт|пт|сб|вс|понедельник|вторник|сред[ау]|четверг|пятниц[ау]|суббот[ау]|воскресенье"
    r"|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6})\.?"
)
_DATE = (
    rf"(?:\d{{1,2}}[ .]{{1,2}}{_MONTH}[ ,]{{1,2}}\d{{2,4}}|{_MONTH} \d{{1,2}},? \d{{4}}"
    r"|\d{1,4}[./-]\d{1,2}[./-]\d{1,4})"
)
_TIME = re.compile(r"\b\d{1,2}[:.]\d{2}\b")
_ANY_DATE = re.compile(_DATE, re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s<>@]{1,100}@[^\s<>@]{1,100}")
_DATED = re.compile(
    rf"(?:(?:on|am|в|вы писали|you wrote)\s)?\s?(?:{_DAY}[ ,]{{1,3}})?{_DATE}",
    re.IGNORECASE,
)
_WROTE = re.compile(
    r"\b(?:wrote|writes|писали?(?:\(а\)|а)?|пишет|написал(?:\(а\)|а)?|сообщил(?:\(а\)|а)?)\s{0,2}:$", re.IGNORECASE
)
_YOU_WROTE = re.compile(r"^(?:вы писали|you wrote)\b.{0,80}:$", re.IGNORECASE)
_NAME_WROTE = re.compile(
    r"^[^<>]{2,120}<[^\s<>]{3,200}>\s{0,2}(?:wrote|writes|писал\(а\)|пишет|написал\(а\))\s{0,2}:$", re.IGNORECASE
)
_ORIGINAL = re.compile(
    r"[\s>*]{0,6}-{2,12}\s{0,2}(?:original (?:message|appointment)|исходное (?:сообщение|письмо)"
    r"|оригинальное сообщение|первоначальное сообщение)\s{0,2}-{2,12}\s*$",
    re.IGNORECASE,
)
_FORWARDED = re.compile(
    r"[\s>*]{0,6}(?:-{2,12}\s{0,2})?(?:forwarded message|begin forwarded message"
    r"|(?:пересланное|пересылаемое|перенаправленное|переадресованное) (?:сообщение|письмо)"
    r"|начало (?:переадресованного|пересылаемого|пересланного) (?:сообщения|письма))\s{0,2}(?:-{2,12}|:)?\s*$",
    re.IGNORECASE,
)
_FORWARD_SUBJECT = re.compile(r"\s*(?:re:\s*)?(?:fwd?|пересл|переслано|пер|wg|tr)\s*(?:\[\d+\])?\s*:", re.IGNORECASE)
_FIELD_FROM = re.compile(r"[\s*]{0,4}(?:from|от|от кого|отправитель)\s?\*?:\*?\s{0,3}\S", re.IGNORECASE)
_FIELD_MORE = re.compile(
    r"[\s*]{0,4}(?:sent|date|to|cc|subject|importance|отправлено|дата|кому|копия|тема|когда)\s?\*?:\*?(?:\s|$)",
    re.IGNORECASE,
)
_FIELD_WHEN = re.compile(r"[\s*]{0,4}(?:sent|date|отправлено|дата|когда)\s?\*?:", re.IGNORECASE)
_RULE = re.compile(r"\s{0,3}(?:_{5,80}|-{20,80})\s*$")
_SIGNATURE = re.compile(
    r"\s{0,3}(?:-- ?$|—$|sent from |get outlook for |отправлено (?:с|из) |с уважением"
    r"|best regards|kind regards|regards,)",
    re.IGNORECASE,
)
_INSIDE = re.compile(
    r"(?:ответ\w{0,5}|коммент\w{0,10}|см\.?|смотри\w{0,3}|отвеча\w{0,3}|пишу|выдел\w{0,5})[^\n.]{0,40}"
    r"\b(?:ниже|внутри|в тексте|по тексту|цветом|красным|синим|зел[её]ным)"
    r"|\b(?:below|inline|in-line|in line|interleaved|in red|in blue|in green)\b",
    re.IGNORECASE,
)


def is_quoted(line: str) -> bool:
    """Return whether the line bears a quotation's ">"."""
    return line[:4].lstrip(" ")[:1] == ">"


def is_original(line: str) -> bool:
    """Return whether the line is "-----Original Message-----" or one of its kin."""
    return _ORIGINAL.match(line[:LOOKED_AT]) is not None


def is_forwarded(line: str) -> bool:
    """Return whether the line begins a forwarded letter, which is there to be read."""
    return _FORWARDED.match(line[:LOOKED_AT]) is not None


def is_forward_subject(subject: str) -> bool:
    return _FORWARD_SUBJECT.match(subject) is not None


def is_rule(line: str) -> bool:
    """Return whether the line is the stroke that Outlook draws above a quotation."""
    return _RULE.match(line[:LOOKED_AT]) is not None


def is_signature(line: str) -> bool:
    return _SIGNATURE.match(line[:LOOKED_AT]) is not None


def answers_inside(said: str) -> bool:
    """Return whether these words say that answers stand inside the quotation."""
    return _INSIDE.search(said[-2_000:]) is not None


def field_block(lines: Sequence[str], index: int) -> int:
    """Return where the text begins below a block "From / Sent / To / Subject" that begins at `index`; 0: none does."""
    if not _FIELD_FROM.match(lines[index][:LOOKED_AT]):
        return 0
    more, dated, end = 0, False, index + 1
    for place, line in enumerate(lines[index + 1 : index + FIELDS_WITHIN], start=index + 1):
        head = line[:LOOKED_AT]
        if _FIELD_MORE.match(head):
            more, end = more + 1, place + 1
            dated = dated or _FIELD_WHEN.match(head) is not None
    two = 2  # a From line followed by one other field is how people list things
    return end if dated and more >= two else 0


def attribution(lines: Sequence[str], index: int) -> int:
    """Return of how many lines the attribution that begins here consists; 0: none begins here.

    "пн, 12 янв. 2026 г. в 10:00, Имя <a@b>:", "On Mon, Jan 12, 2026 at 10:00 AM Name <a@b> wrote:",
    "12.01.2026 10:00, Имя пишет:", "Понедельник, 12 января 2026, 10:00 +03:00 от Имя <a@b>:" and the like.
    """
    joined = ""
    for size, line in enumerate(lines[index : index + ATTRIBUTION_LINES], start=1):
        words = line[:LOOKED_AT].strip(" \t>*")
        if not words:
            return 0
        joined = f"{joined} {words}".strip()
        if size == 1 and not _may_begin(joined):
            return 0
        if joined.endswith(":") and _is_attribution(joined):
            return size
    return 0


def names_address(lines: Sequence[str]) -> bool:
    return any(_ADDRESS.search(line[:LOOKED_AT]) for line in lines)


def announces(line: str) -> bool:
    """Return whether any mail program in any language may have written this right above a quotation."""
    words = line[:LOOKED_AT].strip()
    if not words.endswith(":"):
        return False
    dated = _ANY_DATE.search(words) is not None or _TIME.search(words) is not None
    return dated or _ADDRESS.search(words) is not None


def _may_begin(line: str) -> bool:
    return bool(_DATED.match(line) or _NAME_WROTE.match(line) or _YOU_WROTE.match(line))


def _is_attribution(joined: str) -> bool:
    if _NAME_WROTE.match(joined) or _YOU_WROTE.match(joined):
        return True
    if not _ANY_DATE.search(joined):
        return False
    # A date and a colon begin many sentences; an address or "wrote" makes it an attribution.
    return _WROTE.search(joined) is not None or _ADDRESS.search(joined) is not None
