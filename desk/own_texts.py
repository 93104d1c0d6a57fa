"""Sentences that clients read, in the operator's own words: which there are, and what is wrong with one."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from desk.checks import by_whole_key, closest
from desk.errors import Mistake
from desk.mistakes import mistake_of
from desk.said import Said
from desk.texts import LANGUAGES, SLOT, sentences

CLIENTS = (
    "library.for_*", "library.button_*",
    "calls.for_*", "calls.button_*", "client.*", "closing.for_*", "closing.button_*", "closing.not_solved",
    "fields.not_*", "fields.button_each",
    "fields.button_skip", "fields.delete_user", "fields.one_by_one", "fields.receipt", "fields.skipped",
    "fields.thanks*", "mine.*", "mail.marker", "mail.quoted", "mail.subject*", "mail.file_gone", "bot.button_old",
    "bot.command_*", "bot.description", "bot.short_description", "when.today", "when.tomorrow", "when.weekday?",
    "when.month*", "when.short*", "when.date",
    "when.day", "when.at", "groups.welcome",
)  # fmt: skip
"""The keys of what clients read. Everything else is for engineers and operators."""

LONGEST = 2_000
"""Characters: a message of Telegram's has 4,096, and values and an engineer's words go in."""

SHORT = {
    "*.button_*": 80, "bot.command_*": 100, "bot.description": 500, "bot.short_description": 110, "*subject*": 200,
    "mail.marker": 200, "when.*": 100,
}  # fmt: skip
"""Those of one line, with the most characters."""

LEAST_MARKER = 12
"""Letters of the line to answer above: what stands below it in an answer is taken for a quotation."""

MAY_GO = frozenset({"name", "when", "which", "count", "size", "limit", "zone", "subject"})
"""Values that a sentence may do without; without any other it would not say what it must."""

FORMS = {"ru": 3, "en": 2}
_BRACES = re.compile(r"[{}]")
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def replaceable() -> list[str]:
    """Every key that may have another sentence, in the order of the files."""
    return [key for key in sentences(LANGUAGES[0]) if is_for_clients(key)]


def is_for_clients(key: str) -> bool:
    return any(fnmatchcase(key, form) for form in CLIENTS)


def written(key: str) -> str:
    """A key as the configuration writes it: those of "client" without their area."""
    return key.removeprefix("client.")


def check_texts(file: str, tables: Mapping[str, Any]) -> Sequence[Mistake]:
    """Every sentence that cannot be used; what is no table is left to whoever reads the tables."""
    table = tables.get("texts")
    if not isinstance(table, dict):
        return []
    found = []
    for language in LANGUAGES:
        own = by_whole_key(table.get(language))
        for key, sentence in own.items() if isinstance(own, dict) else ():
            place = f"[texts.{language}] {written(key)}"
            found += [
                mistake_of(file=file, place=place, message=message, suggestion=hint)
                for message, hint in mistakes(language, key, sentence)
            ]
    return found


def mistakes(language: str, key: str, sentence: Any) -> Iterator[tuple[str, str]]:
    """What is wrong with one sentence, with what to do about it."""
    ours = sentences(language).get(key)
    if ours is None or not is_for_clients(key):
        yield Said("config.no_such_text" if ours is None else "config.not_for_clients"), _meant(key)
    elif not isinstance(sentence, str):
        return  # the settings say so
    elif not sentence.strip():
        yield Said("config.empty_text"), Said("config.empty_text_hint")
    else:
        yield from _shape(key, sentence)
        yield from _slots(language, key, ours, sentence)


def _meant(key: str) -> str:
    near = closest(written(key), [written(known) for known in replaceable()])
    return Said("config.did_you_mean", word=near) if near else Said("config.no_such_text_hint")


def _shape(key: str, sentence: str) -> Iterator[tuple[str, str]]:
    if _UNSEEN.search(sentence):
        yield Said("config.text_unseen"), ""
    limit = next((most for form, most in SHORT.items() if fnmatchcase(key, form)), 0)
    if limit and "\n" in sentence.strip("\n"):
        yield Said("config.text_one_line"), ""
    if len(sentence) > (limit or LONGEST):
        yield Said("config.text_too_long", count=len(sentence), limit=limit or LONGEST), ""
    if key == "mail.marker" and sum(sign.isalpha() for sign in sentence) < LEAST_MARKER:
        yield Said("config.marker_too_short", least=LEAST_MARKER), Said("config.marker_too_short_hint")


def _slots(language: str, key: str, ours: str, sentence: str) -> Iterator[tuple[str, str]]:
    """Values in braces: known ones, none that is needed left out, plural forms in their number."""
    known = {name for name, _ in SLOT.findall(ours)}
    counted = {name for each in LANGUAGES for name, forms in SLOT.findall(sentences(each)[key]) if forms}
    given = SLOT.findall(sentence)
    names = {name for name, _ in given}
    if _BRACES.search(SLOT.sub("", sentence)):
        yield Said("config.text_broken"), _there(known)
        return
    for name in sorted(names - known):
        yield Said("config.text_no_such_value", name=_braced(name)), _there(known)
    for name in sorted(known - names - MAY_GO):
        yield (
            Said("config.text_without_value", name=_braced(name)),
            Said("config.text_ours", text=json.dumps(ours, ensure_ascii=False)),
        )
    for name, forms in given:
        if forms and name in known and name not in counted:
            yield Said("config.text_no_number", name=_braced(name)), ""
        elif forms and (forms.count("|") != FORMS[language] or not all(forms[1:].split("|"))):
            yield Said("config.text_forms", name=_braced(name), count=FORMS[language]), Said("config.text_forms_hint")


def _there(names: set[str]) -> str:
    shown = ", ".join(map(_braced, sorted(names)))
    return Said("config.text_values", names=shown) if names else Said("config.text_no_values")


def _braced(name: str) -> str:
    return f"{{{name}}}"


def page() -> str:
    """The table of docs/texts.md."""
    rows = [f"| `{written(key)}` | {_cell('ru', key)} | {_cell('en', key)} |" for key in replaceable()]
    return "\n".join(["| Key | Russian | English |", "| --- | --- | --- |", *rows])


def _cell(language: str, key: str) -> str:
    return sentences(language)[key].replace("|", "\\|").replace("\n", "<br>")
