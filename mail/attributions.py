"""The line above a quotation that says when and by whom it was written, in Russian and English. Pure.

Like all predicates of quotations it takes heads (`mail.quote_marks.head`). Patterns have bounds and nothing in them can
be matched in two ways, so that a line costs no more than its length.
"""

import re
from collections.abc import Sequence

ATTRIBUTION_LINES = 4  # mail programs break a long attribution
ENDS = ":-"  # the last letter of every attribution
WRAPPED_FROM = 60  # a line that would be longer with the next word was broken by a program

_PIECE = re.compile(
    r"(?P<date>\d{1,4}[./-]\d{1,2}[./-]\d{1,4}(?!\d)|\d{1,2}-[a-zа-я]{3,9}\.?-\d{2,4}(?!\d))"
    r"|(?P<time>\d{1,2}:\d{2}(?::\d{2})?(?!\d))"
    r"|(?P<zone>(?:gmt|utc|msk|мск)(?:\s?[+-]\d{1,2}(?::?\d{2})?)?|[+-]\d{2}:?\d{2}(?!\d)|[ap]\.?m\b\.?)"
    r"|(?P<month>(?:янв(?:ар[ья])?|фев(?:р(?:ал[ья])?)?|мар(?:та?)?|апр(?:ел[ья])?|ма[йя]|июн[ья]?|июл[ья]?|авг(?:уста?)?"
    r"|сен(?:т(?:ябр[ья])?)?|окт(?:ябр[ья])?|ноя(?:б(?:р[ья])?)?|дек(?:абр[ья])?|jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?"
    r"|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?)"
    r"|(?P<day>(?:понедельник|вторник|сред[ау]|четверг|пятниц[ау]|суббот[ау]|воскресенье"
    r"|(?:mon|tue|wed|thu|fri|sat|sun)(?:[a-z]{0,6}day|[rs]{1,2})?|пн|вт|ср|чт|пт|сб|вс)\b\.?)"
    r"|(?P<number>\d{1,2}(?:st|nd|rd|th)?(?![\d:@\w]))"
    r"|(?P<year>(?:19|20)\d{2}(?![\d@\w])(?:\s?(?:года|г\b)\.?)?)"
    r"|(?P<word>(?:on|at|в|во|am|um|of|от|from|г\.|года|пользователь|автор|(?:сообщении|письме) от)(?=[\s\d,]))",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"[\s,;.()]{0,4}")
_PIECES = 16  # more of them no program writes in front of a name
_VERB = (
    r"(?:wrote|writes|sent|(?:на)?писал(?:и|а|о|\s?\(-?а\)|/а)?|пиш[еу]т|сообщил(?:и|а|\s?\(-?а\))?"
    r"|отправил(?:и|а|\s?\(-?а\))?)"
)
_AT = r"[^\s<>@()\[\]\"',;:]{1,100}@[^\s<>@()\[\]\"',;:]{1,100}"
_ENDS_IN_ADDRESS = re.compile(rf"{_AT}(?:<mailto:{_AT}>)?[>\])\"']{{0,3}}[,\s]{{0,2}}(?:{_VERB})?\s?:$", re.IGNORECASE)
_ENDS_IN_VERB = re.compile(rf"(?<![\w-]){_VERB}\s?:$", re.IGNORECASE)
_ENDS_IN_DASHES = re.compile(rf"(?<![\w-]){_VERB}\s?-{{2,12}}$", re.IGNORECASE)
_VERB_ALONE = re.compile(rf"{_VERB}\s?:$", re.IGNORECASE)
_NAME_THEN_VERB = re.compile(rf"([^<>:]{{2,120}}?)(?:\s<{_AT}>)?\s{_VERB}(?=\s)", re.IGNORECASE)
_NAME_ADDRESS = re.compile(rf"[^<>:]{{2,120}}<\s?{_AT}>[,\s]{{0,2}}{_VERB}\s?:$", re.IGNORECASE)
_NAME_BROKEN = re.compile(r"(?:[\w.\"'«»-]{1,40}\s){1,4}<$")
_YOU_WROTE = re.compile(r"(?:вы писали|you wrote)(?=[\s:,])", re.IGNORECASE)
_OWN_WORD = re.compile(
    r"\b(?:я|мы|мне|нам|нас|меня|вам|вас|мой|моя|моё|мою|наш|наша|наши|ваш|ваша|ваши|нашего|вашего|my|our|your|me|us|we)\b"
    r"|\bI (?:got|received|had|have|was|wrote|sent)\b"
)
_ADDRESS = re.compile(_AT)
_LOWER_WORD = re.compile(r"(?<!\S)[a-zа-яё]{2,30}(?!\S)")
_LOGIN = re.compile(r"[a-z][a-z0-9._-]{1,40}")
_FOREIGN_WORDS = 4  # "Am … um … schrieb …": so few words that are no name
_PERSON = re.compile(
    r"(?:[А-ЯЁ][а-яё-]{1,30}\s){1,2}[А-ЯЁ][а-яё-]{1,30}|(?:[A-Z][a-z'-]{1,30}\s){1,2}[A-Z][a-z'-]{1,30}"
)


def attribution(heads: Sequence[str], index: int) -> tuple[int, bool]:
    """Return of how many lines the attribution that begins here consists, and whether it is beyond doubt.

    "пн, 12 янв. 2026 г. в 10:00, Имя <a@b>:", "On Mon, Jan 12, 2026 at 10:00 AM Name <a@b> wrote:",
    "12.01.2026 10:00, Имя пишет:", "Понедельник, 12 января 2026, 10:00 +03:00 от Имя <a@b>:" and the like. 0: none
    begins here. One that is not beyond doubt needs quoted lines below it.
    """
    joined = before = ""
    for size, line in enumerate(heads[index : index + ATTRIBUTION_LINES], start=1):
        if not line or not (_goes_on(joined, before, line) if joined else _may_begin(line)):
            return 0, False
        joined, before = f"{joined} {line}" if joined else line, line
        if joined[-1] in ENDS and (judged := _judge(joined)) is not None:
            return size, judged
    return 0, False


def names_person_alone(line: str) -> bool:
    """Return whether the line is "Иван Петров пишет:" with no date: some programs write no more than that."""
    verb = _ENDS_IN_VERB.search(line) if line[-1:] == ":" else None
    return verb is not None and _PERSON.fullmatch(line[: verb.start()].strip(" ,")) is not None


def announces(line: str) -> bool:
    """Return whether a mail program in a third language may have written this right above a quotation."""
    if not line.endswith(":") or _OWN_WORD.search(line):
        return False
    words = _LOWER_WORD.findall(line)
    if len(words) > _FOREIGN_WORDS or not all(word.isascii() for word in words):
        return False
    dated = any(piece.lastgroup in {"date", "time"} for piece in _PIECE.finditer(line))
    return dated and _ADDRESS.search(line) is not None


def _may_begin(line: str) -> bool:
    """Return whether an attribution can begin so: with a date, or with a name on this very line."""
    dated, _, rest = _when(line)
    if dated or _YOU_WROTE.match(line) or _NAME_ADDRESS.match(line):
        return True
    if not rest and line[:2].lower() in ("on", "в ", "во"):
        return True  # broken inside of the date
    if line[-1] == "<" and _NAME_BROKEN.match(line):
        return True
    return line[-1] == ":" and _NAME_THEN_VERB.match(line) is not None


def _goes_on(joined: str, before: str, line: str) -> bool:
    """Return whether a program would break an attribution between these two lines."""
    if line[0] in "<[(\"'" or joined[-1] in "<,(" or _VERB_ALONE.match(line):
        return True
    if _when(line)[0]:
        return not _when(joined)[0]
    return len(before) + 1 + len(line.partition(" ")[0]) > WRAPPED_FROM


def _when(line: str) -> tuple[bool, bool, str]:
    """Return whether the line begins with a date, whether with a time too, and what stands behind both."""
    place, kinds = 0, set[str]()
    while place < len(line) and line[place] in "- ":
        place += 1
    for _ in range(_PIECES):
        found = _PIECE.match(line, place)
        if not found:
            break
        kinds.add(str(found.lastgroup))
        between = _BETWEEN.match(line, found.end())
        place = between.end() if between else found.end()
    dated = "date" in kinds or {"month", "number"} <= kinds
    return dated, "time" in kinds, line[place:]


def _judge(joined: str) -> bool | None:
    """Return whether this is an attribution beyond doubt (True), with quoted lines below it (False), or none (None)."""
    if _OWN_WORD.search(joined):
        return None
    dated, timed, who = _when(joined)
    if dated:
        return _judge_dated(joined, who, timed=timed)
    if _NAME_ADDRESS.match(joined):
        return True
    if said := _YOU_WROTE.match(joined):
        _, _, who = _when(joined[said.end() :].lstrip())
        return False if who.strip(" :") == "" else None
    name = _NAME_THEN_VERB.match(joined)
    if name and (name[1][:1].isupper() or name[1][:1] in "\"'«"):
        dated, _, who = _when(joined[name.end() :].lstrip())
        return False if dated and who.strip(" :") == "" else None
    return None


def _judge_dated(joined: str, who: str, *, timed: bool) -> bool | None:
    """Tell a program's line from a sentence that begins with a date."""
    if _ENDS_IN_DASHES.search(joined):
        return True
    named = who[:1].isupper() or who[:1] in "\"'«<(["
    first, _, second = who.partition(" ")
    lone = "@" in first or second[:1] == "<"
    if _ENDS_IN_ADDRESS.search(who):
        if named or lone:
            return True
        foreign = who[:1].isascii() and joined[:3].lower() != "on " and len(_LOWER_WORD.findall(who)) <= _FOREIGN_WORDS
        return False if timed and foreign else None
    verb = _ENDS_IN_VERB.search(who)
    login = verb is not None and timed and _LOGIN.fullmatch(who[: verb.start()].rstrip()) is not None
    if verb and (named or lone or (login and joined[: len(joined) - len(who)].rstrip().endswith(","))):
        return joined[:3].lower() == "on " and timed and not login
    return None
