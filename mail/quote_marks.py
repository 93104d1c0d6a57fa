"""How mail programs announce the letter that is answered, in Russian and English, one predicate per habit. Pure.

Predicates take heads (`head`), never whole lines: what is longer than LOOKED_AT no program wrote. Patterns have bounds
and nothing in them can be matched in two ways, so that a line costs no more than its length.
"""

import re
from collections.abc import Sequence

LOOKED_AT = 400  # characters; a longer line is somebody's words
FIELD_NAME = 18  # letters at most in front of a field's ":"
FIELDS_WITHIN = 16  # lines in which From, Sent, To and Subject stand together
FIELD_GOES_ON = 5  # lines over which a program breaks a list of recipients
_BLANKS = "\t\u00a0\u2002\u2003\u2007\u2009\u202f\u3000"
_UNSEEN = "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u2060\ufeff\r"

_DASHED = r"[-_=]{2,30}\s?"
_ORIGINAL = re.compile(
    rf"{_DASHED}(?:(?:original|reply) (?:message|appointment|e-?mail)|(?:исходное|оригинальное|первоначальное)"
    r" (?:сообщение|письмо))\s?:?\s?[-_=]{2,30}$",
    re.IGNORECASE,
)
_FORWARDED = re.compile(
    rf"(?:{_DASHED})?(?:forwarded (?:message|conversation|by .{{1,100}})|begin forwarded message"
    r"|(?:пересланное|пересылаемое|перенаправленное|переадресованное) (?:сообщение|письмо)"
    r"|начало (?:переадресованного|пересылаемого|пересланного|перенаправленного) (?:сообщения|письма))"
    r"\s?(?:[-_=]{2,30}|:)?$",
    re.IGNORECASE,
)
FORWARDED_BEGINS = ("-", "_", "=", "forwarded", "begin", "пере", "начало")  # each way in which such a line opens
_FORWARD_SUBJECT = re.compile(r"\s{0,5}(?:fwd?|пересл|переслано|пер|wg|tr)\s?(?:\[\d{1,3}\])?\s?:", re.IGNORECASE)
_REPLY_SUBJECT = re.compile(r"\s{0,5}(?:re|отв|ответ|на|aw)\s?(?:\[\d{1,3}\])?\s?:", re.IGNORECASE)
_FIELD = re.compile(
    r"(?:(?P<sender>from|от кого|от|отправитель)"
    r"|(?P<when>sent|date|sent on|отправлено|отправленные|дата отправки|дата|когда)"
    r"|(?P<to>to|кому|получател[ьи])|(?P<subject>subject|тема)"
    r"|(?P<more>cc|bcc|копия|копии|скрытая копия|importance|важность|priority|приоритет|attachments?|вложения|reply-to"
    r"|обратный адрес|категории|categories))"
    r"\s?:\s{0,20}(?P<value>.{0,400})$",
    re.IGNORECASE,
)
_KINDS = ("sender", "when", "to", "subject", "more")
_BEGINS = frozenset({"sender", "when", "subject"})
_LISTS = frozenset({"to", "more"})
_NAMED = frozenset({"to", "subject", "more"})
_MINUTE = re.compile(r"(?:19|20)\d\d\D{1,12}\d{1,2}:\d\d(?!\d)")
_TECHNICAL = re.compile(
    r"(?:received|message-id|return-path|mime-version|content-[a-z-]{1,40}|dkim-signature|x-[a-z-]{1,60}|delivered-to"
    r"|authentication-results|user-agent|in-reply-to|references|list-[a-z-]{1,30}):",
    re.IGNORECASE,
)
_RULE = re.compile(r"[_-]{5,120}$")
_INSIDE = re.compile(
    r"(?:ответ\w{0,5}|коммент\w{0,10}|см\.?|смотри\w{0,3}|отвеча\w{0,3}|отвечу|пишу|написал\w?|выдел\w{0,5})[^\n.]{0,40}"
    r"\b(?:ниже|внутри|в тексте|по тексту|в письме|цветом|красным|синим|зел[её]ным)"
    r"|\b(?:below|inline|in-line|in line|interleaved|in red|in blue|in green|in bold)\b",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"(?:добрый (?:день|вечер)|доброе утро|доброго (?:дня|времени суток|вечера|утра)|здравствуйте|здравствуй"
    r"|привет\w{0,8}|коллеги|уважаем\w{2,4}|hello|hi|hey|dear|good (?:morning|afternoon|evening|day))"
    r"(?:[\s,](?P<whom>[^.?\n]{0,40}))?[.,!:]{0,3}$",
    re.IGNORECASE,
)
_GREETED = re.compile(
    r"(?:(?:глубоко)?уважаем|дорог|коллег|всем|все$|команд|друзь|господ|служб|отдел|(?:тех)?поддержк|ещё$"
    r"|еще$|раз$|снова|dear|all|every|there|again|team|support|help|desk|folks|guys|colleague|friend|sir|madam|and$|и$|or$)",
    re.IGNORECASE,
)


def head(line: str) -> str:
    """Return a line as the predicates see it: short, with plain blanks, without marks of quotation and bold type."""
    return heads([line])[0]


def heads(lines: Sequence[str]) -> list[str]:
    """Return the head of each line; "" for one that is longer than any program writes."""
    text = "\n".join(lines)
    for sign in _BLANKS:  # most texts have none of them, and to see that costs nothing
        text = text.replace(sign, " ")
    for sign in _UNSEEN:
        text = text.replace(sign, "")
    bare = (line.strip(" >*|") if len(line) <= LOOKED_AT else "" for line in text.split("\n"))
    return [line.replace("*", "") for line in bare]


def is_quoted(line: str) -> bool:
    """Return whether the line bears a quotation's ">"."""
    return ">" in line[:4] and line[:4].lstrip(" \u00a0")[:1] == ">"


def is_original(line: str) -> bool:
    """Return whether the line is "-----Original Message-----" or one of its kin."""
    return _ORIGINAL.match(line) is not None


def is_forwarded(line: str) -> bool:
    """Return whether the line begins a forwarded letter, which is there to be read."""
    return _FORWARDED.match(line) is not None


def is_forward_subject(subject: str) -> bool:
    return _FORWARD_SUBJECT.match(subject) is not None


def is_reply_subject(subject: str) -> bool:
    return _REPLY_SUBJECT.match(subject) is not None


def is_rule(line: str) -> bool:
    """Return whether the line is the stroke that Outlook draws above a quotation."""
    return _RULE.match(line) is not None


def is_greeting(said: str) -> bool:
    """Return whether somebody said hello and nothing else: it is followed by names and those who are greeted."""
    found = _GREETING.match(" ".join(said.split())) if len(said) < LOOKED_AT else None
    if not found:
        return False
    whom = [word.strip(",!:;()«»\"'") for word in (found["whom"] or "").split()]
    return all(not word or word[0].isupper() or _GREETED.match(word) for word in whom)


def answers_inside(said: str) -> bool:
    """Return whether these words say that answers stand inside the quotation."""
    return _INSIDE.search(said[-2_000:]) is not None


def field_block(heads: Sequence[str], index: int) -> int:
    """Return where the text begins below a block "From / Sent / To / Subject" that begins at `index`; 0: none does."""
    first = _kind(heads[index])
    if first not in _BEGINS:
        return 0
    kinds, last, end, strange = {first}, first, 0, 0
    for place, line in enumerate(heads[index + 1 : index + FIELDS_WITHIN], start=index + 1):
        kind = _kind(line)
        if kind == first or _TECHNICAL.match(line):
            return 0  # the block begins further down, or somebody shows us a letter's headers
        if kind:
            kinds.add(kind)
            last, end, strange = kind, place + 1, 0
            continue
        strange += 1
        if is_rule(line) or strange > (FIELD_GOES_ON if line and last in _LISTS else 1):
            break
    if index and _TECHNICAL.match(heads[index - 1]):
        return 0
    # A sender and one other field is how people list things; with a date and a third it is a program.
    if not {"sender", "when"} <= kinds:
        return 0
    return end if kinds & {"to", "subject"} or _exact(heads[index:end]) else 0


def above_fields(heads: Sequence[str], index: int) -> int:
    """Return where the stroke stands below which "Кому" and "Тема" announce the line at `index`; `index`: nowhere."""
    above = index
    while above and index - above < FIELDS_WITHIN and _kind(heads[above - 1]) in _NAMED:
        above -= 1
    return above - 1 if above < index and is_rule(heads[above - 1]) else index


def _exact(lines: Sequence[str]) -> bool:
    """Return whether the sender's address and the very minute are told, which nobody does by hand."""
    return any("@" in line for line in lines) and any(_MINUTE.search(line) for line in lines)


def _kind(line: str) -> str:
    """Return which field of a letter the line is, "" for none."""
    field = _FIELD.match(line) if 0 < line.find(":") <= FIELD_NAME and line[0].isalpha() else None
    return next(kind for kind in _KINDS if field[kind]) if field else ""
