"""The information that requests need, as the configuration names it: recognised, checked and read out of words. Pure.

Rule: whatever somebody writes is read in time that grows with its length alone, and only a value that passes its
field's check is one; all the rest stays words.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence

from desk.settings import InfoField
from desk.texts import LANGUAGES

LINES = 400
LINE = 1_000
"""Lines of a message, and characters of a line, in which values are looked for."""

VALUE = 500
"""Characters of a value; what is longer is a story, and stands in the conversation."""

_SHORT = 60
_LABEL = 40
_BULLETS = " \t•*·-–—"
_SEPARATOR = re.compile(r"\s{0,3}[:=：]|\s{1,3}[-–—]\s|\.?\s{1,3}(?=\+?\d)")
_PHONE = re.compile(r"\+?\d(?:[\s().-]{0,3}\d){9,14}")
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_DIGITS = re.compile(r"\d(?:[ -]?\d){0,31}")
_INN = re.compile(r"(?<!\d)(?:\d{12}|\d{10})(?!\d)")
_VERSION = re.compile(r"\d{1,6}(?:\.\d{1,6}){1,5}")
_LINK = re.compile(r"https?://\S{3,300}")
_INN_WEIGHTS = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)

Patterns = Mapping[str, Callable[[str], bool]]
"""Of the fields that have a pattern: whether a whole text fits it. By RE2, which hostile texts cannot hold up."""


def title(field: InfoField, language: str) -> str:
    """What a field is called."""
    return field.title.ru if language == "ru" else field.title.en


def question(field: InfoField, language: str) -> str:
    """How it is asked for."""
    return field.ask.ru if language == "ru" else field.ask.en


def choices(field: InfoField, language: str) -> list[str]:
    """The answers to choose from; none when any will do."""
    if field.choices is None:
        return []
    return field.choices.ru if language == "ru" else field.choices.en


def plain(text: str) -> str:
    """Small letters, ё as е, one character for each: what labels are compared in."""
    low = text.lower()
    if len(low) != len(text):  # a few letters have no single small one, and places in the text must not shift
        low = "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text)
    return low.replace("ё", "е")


def clean(text: str) -> str:
    """One line without control characters, no longer than a value may be."""
    text = unicodedata.normalize("NFC", text[: VALUE * 2])
    kept = "".join(sign if unicodedata.category(sign)[0] != "C" else " " for sign in text)
    return " ".join(kept.split())[:VALUE].strip()


def labels(field: InfoField) -> list[str]:
    """The words by which a field is recognised, ready to be compared."""
    words = [*field.labels, field.title.ru, field.title.en]
    return list(dict.fromkeys(" ".join(plain(word).split()) for word in words))


def named(fields: Sequence[InfoField], word: str) -> InfoField | None:
    """The field of that name, title or label."""
    wanted = " ".join(plain(word).split())
    exact = next((field for field in fields if plain(field.name) == wanted), None)
    return exact or next((field for field in fields if wanted in labels(field)), None)


def check(field: InfoField, text: str, patterns: Patterns, language: str) -> str:
    """The value in a text; "" when there is none. A choice comes back in `language`, whichever it was written in."""
    said = clean(text)
    chosen = _chosen(field, said)
    if chosen is not None:
        return choices(field, language)[chosen]
    if field.choices and len(said) > VALUE // 5:
        return ""
    value = _KINDS[field.check](said)
    if field.pattern and not (value and patterns[field.name](value)):
        return ""
    return value


def _chosen(field: InfoField, said: str) -> int | None:
    """Which choice the words are: its text or its number."""
    wanted = plain(said).rstrip(" .!)")
    for language in LANGUAGES:
        offered = [plain(one) for one in choices(field, language)]
        if wanted in offered:
            return offered.index(wanted)
        if wanted.isascii() and wanted.isdigit() and len(wanted) < len("000") and 0 < int(wanted) <= len(offered):
            return int(wanted) - 1
    return None


def _text(said: str) -> str:
    return said if any(sign.isalnum() for sign in said) else ""


def _phone(said: str) -> str:
    found = _PHONE.search(said)
    digits = "".join(sign for sign in found[0] if sign.isdigit()) if found else ""
    if not digits:
        return ""
    return f"+7{digits[1:]}" if len(digits) == len("89990000000") and digits[0] == "8" else f"+{digits}"


def _mail(said: str) -> str:
    found = _MAIL.search(said)
    return found[0].lower().rstrip(".-") if found else ""


def _digits(said: str) -> str:
    found = _DIGITS.search(said)
    return "".join(sign for sign in found[0] if sign.isdigit()) if found else ""


def _inn(said: str) -> str:
    """A Russian taxpayer's number whose check digits are right."""
    return next((number for number in _INN.findall(said) if _sums_up(number)), "")


def _sums_up(number: str) -> bool:
    if not number.isascii():
        return False
    digits = [int(digit) for digit in number]
    checked = (len(digits) - 1,) if len(digits) == len("7707083893") else (len(digits) - 2, len(digits) - 1)
    return all(
        sum(weight * digit for weight, digit in zip(_INN_WEIGHTS[-place:], digits, strict=False)) % 11 % 10
        == digits[place]
        for place in checked
    )


def _version(said: str) -> str:
    """A short line with a number in it as it stands, else what looks like a version in a longer one."""
    if len(said) <= _SHORT and any(sign.isdigit() for sign in said):
        return said
    found = _VERSION.search(said)
    return found[0] if found else ""


def _file(said: str) -> str:
    """A file comes as a file; a link to one does as well."""
    found = _LINK.search(said)
    return found[0] if found else ""


_KINDS: Mapping[str, Callable[[str], str]] = {
    "text": _text,
    "phone": _phone,
    "email": _mail,
    "digits": _digits,
    "inn": _inn,
    "version": _version,
    "file": _file,
}


def told(text: str, fields: Sequence[InfoField], patterns: Patterns, language: str) -> dict[str, str]:
    """What labelled lines tell, by field, as far as it passes the fields' checks; of no secret field."""
    plain = [field for field in fields if not field.secret]
    said = labelled(text, plain) if plain else {}
    checked = {one.name: check(one, said[one.name], patterns, language) for one in plain if one.name in said}
    return {name: value for name, value in checked.items() if value}


def labelled(text: str, fields: Sequence[InfoField]) -> dict[str, str]:
    """What stands behind labels at the beginnings of lines («ИНН: 7707083893»), by field, not checked yet.

    A label alone on its line names the next line. The first word on a field counts.
    """
    known = {label: field.name for field in fields for label in labels(field)}
    found: dict[str, str] = {}
    waiting = ""
    for line in text.splitlines()[:LINES]:
        name, value = _label(line[:LINE], known)
        if waiting and not name and line.strip():
            name, value = waiting, line[:LINE]
        elif not line.strip():
            continue
        waiting = name if name and not value.strip() else ""
        if name and value.strip() and name not in found:
            found[name] = clean(value)
    return {name: value for name, value in found.items() if value}


def _label(line: str, known: Mapping[str, str]) -> tuple[str, str]:
    """The field that a line speaks of and what stands behind its label; "" and "" when it has none."""
    stripped = line.lstrip(_BULLETS)
    for separator in _SEPARATOR.finditer(stripped[: _LABEL + 5]):
        label = " ".join(plain(stripped[: separator.start()]).split())
        if label in known:
            return known[label], stripped[separator.end() :]
    return "", ""
