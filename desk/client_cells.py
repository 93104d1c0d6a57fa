"""What stands in a cell of a client list, as a value of ours. Pure.

Rule: a cell that cannot be read is a `Wrong` with a sentence for whoever keeps the list; nothing is guessed but what
Excel is known to do to dates, telephone numbers and text that looks like a formula.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from desk.checks import domain_of, nearest, telegram_person
from desk.codes import mail_address
from desk.linking import phone_number
from desk.public_domains import is_public
from desk.said import Said, Wrong
from desk.settings import Plan

LONGEST = {"number": 40, "licence": 100}
USUAL = 200
"""Characters of a name, a product, a role."""

NOBODY = frozenset({"none", "нет", "-", "—"})
"""What `/org` takes for "of no organisation"; none of it is a client id."""

LONGEST_ID = 16
"""Digits of an id in Telegram; they have 52 bits (Bot API)."""

AT_ONCE = 50
"""Addresses or domains in one cell."""

_NUMBER = re.compile(r"\w(?:[\w./-]*\w)?")
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T]0{1,2}:00(?::00)?)?")
_RUSSIAN = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?: 0{1,2}:00(?::00)?)?")
_EXTENSION = re.compile(r"[\s,(]{0,9}(?:доб|вн|ext)[а-яa-z]{0,12}\.?\s{0,9}\d{1,6}\)?", re.IGNORECASE)
_NO_PHONE = re.compile(r"[^0-9\s()+./‐‑–—-]")
_ANGLED = re.compile(r"<([^<>]*)>")
_SCHEME = re.compile(r"(?:https?://)?(?:www\.)?([^/]*)/?.*", re.DOTALL)
_BETWEEN = re.compile(r"[,;\n|]+")
_LOCAL = 10  # digits of a Russian number without its country code
_INSTEAD = {"Cc": " ", "Cf": "", "Cs": "", "Zl": " ", "Zp": " "}  # by Unicode's category: what is not seen
_FIRST, _LAST = date(1990, 1, 1), date(2200, 1, 1)
_TO_LATIN, _TO_CYRILLIC = str.maketrans("АВЕКМНОРСТХ", "ABEKMHOPCTX"), str.maketrans("ABEKMHOPCTX", "АВЕКМНОРСТХ")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")


Several = Callable[[str], tuple[str, ...]]
"""Reads a cell that holds a list."""


def same_number(number: str) -> str:
    """The one spelling of a client id: capitals, and of letters that look alike those of one alphabet."""
    capitals = number.upper()
    latin = capitals.translate(_TO_LATIN)
    return capitals.translate(_TO_CYRILLIC) if _CYRILLIC.search(latin) else latin


def clean(text: str) -> str:
    """A cell without the sign that keeps Excel from reckoning, without control characters, on one line."""
    if text.startswith("'") and _FORMULA.match(text):
        text = text[1:]
    seen = "".join(_INSTEAD.get(unicodedata.category(sign), sign) for sign in text)
    return unicodedata.normalize("NFC", " ".join(seen.split()))


def guarded(text: str) -> str:
    """A cell that Excel shows and never takes for a formula; `clean` reads it back."""
    return f"'{text}" if _FORMULA.match(text) else text


def words(name: str, text: str) -> str:
    """A line of text that is not too long. `name`: the column."""
    if len(text) > (most := LONGEST.get(name, USUAL)):
        raise Wrong(Said("clients.too_long", most=most))
    return text


def number(text: str) -> str:
    """A client id, in its one spelling."""
    if not _NUMBER.fullmatch(words("number", text)) or text.casefold() in NOBODY:
        raise Wrong(Said("clients.bad_number"))
    return same_number(text)


def plan(plans: Sequence[Plan], text: str) -> str:
    """The name of the plan that is meant by its name or title."""
    if not text:
        return ""
    wanted = text.casefold()
    found = [one.name for one in plans if wanted in (one.name.casefold(), one.title.casefold())]
    if not found:
        known = [one.name for one in plans]
        raise Wrong(Said("clients.no_plan", name=words("plan", text)), nearest(text, known))
    return found[0]


def day(text: str) -> date | None:
    """A date as 2026-12-31 or 31.12.2026."""
    if not text:
        return None
    iso, russian = _ISO.fullmatch(text), _RUSSIAN.fullmatch(text)
    parts = iso.groups() if iso else russian.groups()[::-1] if russian else ("0", "0", "0")
    try:
        found = date(*map(int, parts))
    except ValueError:
        raise Wrong(Said("clients.bad_day", text=text[:40])) from None
    if not _FIRST <= found < _LAST:
        raise Wrong(Said("clients.strange_day", text=text[:40]))
    return found


def domains(text: str) -> tuple[str, ...]:
    """Mail domains in their ASCII form, none of them open to everybody."""
    return _each(_domain, re.sub(r"\s+", ",", text))


def _domain(text: str) -> str:
    bare = _SCHEME.sub(r"\1", text.strip().casefold()).removeprefix("@")
    try:
        found = domain_of(bare)
    except Wrong:
        raise Wrong(Said("clients.bad_domain", text=text[:60])) from None
    if is_public(found):
        raise Wrong(Said("clients.public_domain", text=found))
    return found


def mails(text: str) -> tuple[str, ...]:
    """Mail addresses in small letters."""
    return _each(_mail, text if _ANGLED.search(text) else re.sub(r"\s+", ",", text))


def _mail(text: str) -> str:
    angled = _ANGLED.search(text)
    found = mail_address(angled[1] if angled else text)
    if not found:
        raise Wrong(Said("clients.bad_mail", text=text[:60]))
    return found


def phones(text: str) -> tuple[str, ...]:
    """Phone numbers as digits with a plus; an extension is left out, ten digits are a Russian number."""
    return _each(_phone, _EXTENSION.sub("", text))


def _phone(text: str) -> str:
    bare = text.strip()
    digits = re.sub(r"\D", "", bare)
    if _NO_PHONE.search(bare):  # 7,9E+10 is what Excel makes of a number that it takes for one
        raise Wrong(Said("clients.bad_phone", text=text[:40]))
    found = phone_number(f"7{digits}" if len(digits) == _LOCAL and "+" not in bare else bare)
    if not found:
        raise Wrong(Said("clients.bad_phone", text=text[:40]))
    return found


def telegrams(text: str) -> tuple[str, ...]:
    """Ids in Telegram, or @names in small letters."""
    return _each(_telegram, re.sub(r"\s+", ",", text))


def _telegram(text: str) -> str:
    bare = re.sub(r"^(?:https?://)?t\.me/", "@", text.strip(), flags=re.IGNORECASE)
    try:
        return str(
            telegram_person(int(bare) if bare.isdecimal() and bare.isascii() and len(bare) <= LONGEST_ID else bare)
        )
    except Wrong:
        raise Wrong(Said("clients.bad_telegram", text=text[:40])) from None


def _each(read: Callable[[str], str], text: str) -> tuple[str, ...]:
    parts = [part for part in _BETWEEN.split(text) if part.strip()]
    if len(parts) > AT_ONCE:
        raise Wrong(Said("clients.too_many", most=AT_ONCE))
    return tuple(dict.fromkeys(read(part) for part in parts))


YES = frozenset({"yes", "y", "да", "д", "1", "+", "true", "истина", "согласен", "согласна"})
NO = frozenset({"no", "n", "нет", "н", "0", "-", "—", "false", "ложь", "отказ"})


def yes_or_no(text: str) -> str:
    """What a cell about consent says: yes, no, or nothing."""
    word = text.strip().casefold()
    if word and word not in YES | NO:
        raise Wrong(Said("clients.yes_or_no", text=text[:60]), Said("clients.yes_or_no_hint"))
    return "" if not word else "yes" if word in YES else "no"


def readers(plans: Sequence[Plan]) -> Mapping[str, Callable[[str], Any]]:
    """How each column is read."""
    return {
        "number": number,
        "name": partial(words, "name"),
        "plan": partial(plan, plans),
        "valid_from": day,
        "valid_until": day,
        "product": partial(words, "product"),
        "licence": partial(words, "licence"),
        "domains": domains,
        "contact": partial(words, "contact"),
        "role": partial(words, "role"),
        "phones": phones,
        "mails": mails,
        "telegram": telegrams,
        "news": yes_or_no,
    }
