"""Reads the client list: a CSV as Excel in Russia or anybody else writes it, one row for each contact. Pure."""

import csv
import difflib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from desk import client_cells
from desk.errors import Refusal
from desk.said import Said, Wrong
from desk.settings import Plan
from desk.texts import LANGUAGES, say

FIELDS = ("number", "name", "plan", "valid_from", "valid_until", "product", "licence", "domains")
"""Columns of an organisation …"""

PERSONAL = ("contact", "role", "phones", "mails", "telegram", "news")
"""… and of a contact of its."""

COLUMNS = (*FIELDS, *PERSONAL)
CHANNELS = {"phones": "phone", "mails": "mail", "telegram": "telegram"}
LARGEST = 50 * 1024 * 1024
"""Bytes; 50,000 rows are some ten million."""

MISSPELT = 0.85
"""How like one of ours a column's name is when it is a slip of the pen rather than a column of somebody else's."""

_LISTS = frozenset({"domains", *CHANNELS})
_ALSO: Mapping[str, Sequence[str]] = {
    "number": ("код", "номер клиента", "id клиента", "ид клиента", "client number", "customer id", "id"),
    "name": ("название", "компания", "наименование", "organization", "company", "organisation name"),
    "plan": ("тариф", "план поддержки", "support plan"),
    "valid_from": ("начало", "начало договора", "договор с", "с", "from", "start"),
    "valid_until": ("окончание", "конец договора", "договор до", "до", "по", "valid to", "until", "end"),
    "product": ("программа",),
    "licence": ("номер лицензии", "license", "licence number", "license number"),
    "domains": ("домен", "почтовые домены", "domain", "mail domains"),
    "contact": ("контактное лицо", "фио", "имя", "contact name", "contact person"),
    "role": ("роль", "position"),
    "phones": ("телефоны", "phone number", "phones"),
    "mails": ("почта", "эл почта", "электронная почта", "e mail", "email", "mail", "addresses"),
    "news": ("новости", "согласие на рассылку", "newsletter", "mailing", "consent"),
    "telegram": ("телеграм", "телеграмм", "telegram id"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A contact as listed. `addresses`: channel and address of each; `news` None: the list does not say."""

    name: str
    role: str
    addresses: frozenset[tuple[str, str]]
    news: str | None = None
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An organisation as listed: what its columns say, `people` only where the file has columns for them."""

    number: str
    line: int  # its first
    values: Mapping[str, Any]
    people: tuple[Person, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why something is refused. `number` "": a row of nobody's."""

    line: int
    number: str
    column: str
    why: str
    hint: str = ""


@dataclass(slots=True, kw_only=True)
class Reading:
    """What a file says: whole organisations, what is wrong with the others, and columns that are not ours."""

    listed: list[Listed] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    line: int
    cells: Mapping[str, Any]  # by column, as values


def read(content: bytes, plans: Sequence[Plan]) -> Reading:
    """The list in a file's bytes. Refusal when it is none; what is wrong with a row is a Fault of its organisation."""
    rows = _rows(_text(content))
    heading = next(rows, None)
    if heading is None:
        raise Refusal("clients.empty")
    columns, ignored = _columns(heading[1])
    found = Reading(ignored=ignored)
    theirs: dict[str, list[_Row]] = {}
    bad: set[str] = set()
    reader = client_cells.readers(plans)
    for line, cells in rows:
        faults, values = _values(line, cells, columns, len(heading[1]), reader)
        key = client_cells.same_number(str(values.get("number", "")))
        found.faults += faults
        if faults:
            bad.add(key)
        elif not key:
            found.faults.append(Fault(line=line, number="", column="number", why=Said("clients.needs_number")))
        theirs.setdefault(key, []).append(_Row(line=line, cells=values))
    for key, its in theirs.items():
        if not key or key in bad:
            continue
        listed = _gathered(its, found.faults, people=bool(set(PERSONAL) & set(columns)))
        found.listed += [listed] if listed else []
    return found


def _text(content: bytes) -> str:
    """The file's characters: UTF-8, UTF-16 as Excel writes "Unicode text", else windows-1251."""
    if len(content) > LARGEST:
        raise Refusal("clients.too_large", most=LARGEST // 1024 // 1024)
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp1251")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Refusal("clients.no_text")


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that say something, each with the number of its first line."""
    first = text.split("\n", 1)[0].strip("\r\ufeff")
    lines = 0
    if first.casefold().startswith("sep=") and len(first) <= len("sep=;"):  # Excel's own first line
        text, lines = text.partition("\n")[2], 1
        delimiter = first[4:] or "\t"
    else:
        delimiter = max(";\t,", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        before = 0
        for row in reader:
            if any(cell.strip() for cell in row):
                yield lines + before + 1, row
            before = reader.line_num
    except csv.Error as error:
        raise Refusal("clients.broken", line=lines + reader.line_num, why=error) from None


def _plainly(name: str) -> str:
    return " ".join(client_cells.clean(name).casefold().replace("ё", "е").replace("_", " ").replace("-", " ").split())


def _known() -> dict[str, str]:
    names = {_plainly(also): column for column, others in _ALSO.items() for also in (column, *others)}
    return names | {_plainly(title(column, language)): column for column in COLUMNS for language in LANGUAGES}


def title(column: str, language: str) -> str:
    """What a column is called."""
    return say(language, f"clients.column_{column}")


def _columns(heading: Sequence[str]) -> tuple[dict[str, int], tuple[str, ...]]:
    """Where each column stands, and the names that are not ours."""
    known = _known()
    found: dict[str, int] = {}
    ignored = []
    for place, name in enumerate(heading):
        column = known.get(_plainly(name))
        if column in found:
            raise Refusal("clients.column_twice", name=client_cells.clean(name))
        if column:
            found[column] = place
        elif meant := difflib.get_close_matches(_plainly(name), known, n=1, cutoff=MISSPELT):
            raise Refusal("clients.column_misspelt", name=client_cells.clean(name)[:60], meant=meant[0])
        elif name.strip():
            ignored.append(client_cells.clean(name)[:60])
    if "number" not in found:
        names = ", ".join(title("number", language) for language in LANGUAGES)
        raise Refusal("clients.column_missing", names=names)
    return found, tuple(ignored)


def _values(
    line: int, cells: Sequence[str], columns: Mapping[str, int], width: int, readers: Mapping[str, Any]
) -> tuple[list[Fault], dict[str, Any]]:
    """A row's values and what is wrong with them."""
    values: dict[str, Any] = {}
    faults = []
    # The client id first: the others' faults name it.
    for column, place in sorted(columns.items(), key=lambda one: one[0] != "number"):
        text = cells[place] if place < len(cells) else ""
        text = client_cells.clean(text.replace("\n", ";") if column in _LISTS else text)
        try:
            values[column] = readers[column](text) if text or column != "number" else ""
        except Wrong as wrong:
            number = str(values.get("number", ""))
            faults.append(Fault(line=line, number=number, column=column, why=wrong.message, hint=wrong.suggestion))
    if any(cell.strip() for cell in cells[width:]):
        number = str(values.get("number", ""))
        faults.append(Fault(line=line, number=number, column="", why=Said("clients.too_many_cells", count=width)))
    return faults, values


def _gathered(rows: Sequence[_Row], faults: list[Fault], *, people: bool) -> Listed | None:
    """One organisation from its rows; None when they contradict each other."""
    first = rows[0]
    values: dict[str, Any] = {"number": first.cells["number"]}
    fine = True
    for column in FIELDS[1:]:
        said = [(row.line, row.cells[column]) for row in rows if row.cells.get(column)]
        if column not in first.cells:
            continue
        values[column] = said[0][1] if said else first.cells[column]
        for line, value in said[1:]:
            if value != values[column]:
                why = Said("clients.contradicts", line=said[0][0])
                faults.append(Fault(line=line, number=values["number"], column=column, why=why))
                fine = False
                break
    if not fine:
        return None
    listed = tuple(_person(row) for row in rows if any(row.cells.get(column) for column in PERSONAL))
    return Listed(number=values["number"], line=first.line, values=values, people=listed if people else None)


def _person(row: _Row) -> Person:
    addresses = {(channel, address) for column, channel in CHANNELS.items() for address in row.cells.get(column) or ()}
    return Person(
        name=row.cells.get("contact", ""), role=row.cells.get("role", ""), addresses=frozenset(addresses),
        news=row.cells.get("news"), line=row.line,
    )  # fmt: skip
