"""How tickets are found by words: in SQLite by FTS5, in PostgreSQL by a tsvector, both made of stems only.

Rule: a question looks at the newest SHOWN matches and ranks those, so a word that every ticket has costs no more than a
rare one. What reads and what writes is handed in: this module only says what is to be said. Longer than most: what both
databases say to one question is read side by side.
"""

import json
import math
import zlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy import BigInteger, Integer, LargeBinary, Text, bindparam, column, text
from sqlalchemy.types import TypeEngine

from desk.search import APART, MOST, Document, Part, Sought, Term
from desk.tickets import Status, TicketId
from store.columns import Instant
from store.phrase import Phrase

Ask = Callable[[Phrase, list[Any]], Awaitable[Sequence[Sequence[Any]]]]
Tell = Callable[[Phrase, list[Any]], Awaitable[int]]

NUMBER, WORDS, BYTES, AT = BigInteger(), Text(), LargeBinary(), Instant()

_COLUMNS = ("subject", "who", "said", "marks")
_WEIGHTS = {"subject": "A", "who": "B", "said": "C", "marks": "D"}
_ENOUGH = 12
"""Stems by which a similar ticket is looked for, the weightiest."""
_SIMILAR = 1_000
"""Of each of them the newest tickets."""
_PAGES = 200
"""Of the index, that one piece of tidying rewrites: some milliseconds."""
_GAP = 4
"""Places between two parts of a document; no phrase reaches over them."""
_LAST_PLACE = 16_383
"""PostgreSQL knows no later place of a word (docs: text search, limitations)."""


class Index(Protocol):
    """What one kind of database says."""

    def question(self, terms: Sequence[Term]) -> str:
        """The terms in the database's own words."""
        ...

    def newest(self, conditions: tuple[str, ...], *, worded: bool) -> Phrase:
        """The ids of the newest tickets for which all holds; the question comes first, the limit last."""
        ...

    async def ranked(self, ask: Ask, question: str, ids: Sequence[int]) -> list[TicketId]:
        """The same ids, best first."""
        ...

    async def keep(self, ask: Ask, tell: Tell, document: Document) -> None: ...

    async def forget(self, ask: Ask, tell: Tell, ticket_id: int) -> None: ...

    async def tidy(self, ask: Ask, tell: Tell, *, first: bool) -> bool:
        """Throw a piece of what was forgotten out of the files; whether there may be more."""
        ...


def _said(sql: str, takes: Sequence[TypeEngine[Any]], gives: Sequence[TypeEngine[Any]] = ()) -> Phrase:
    made = text(sql).bindparams(*(bindparam(f"v{place}", type_=kind) for place, kind in enumerate(takes)))
    if not gives:
        return Phrase(made, takes)
    return Phrase(made.columns(*(column(f"c{place}", kind) for place, kind in enumerate(gives))), takes, gives)


# --- questions -------------------------------------------------------------------------------------------------------

_AMONG: Mapping[str, tuple[str, str]] = {
    "lines": ("line", "IN"), "not_lines": ("line", "NOT IN"),
    "statuses": ("status", "IN"), "ended": ("status", "IN"), "not_statuses": ("status", "NOT IN"),
    "types": ("type", "IN"), "not_types": ("type", "NOT IN"),
    "priorities": ("priority", "IN"), "not_priorities": ("priority", "NOT IN"),
}  # fmt: skip
_SINGLE: Mapping[str, tuple[str, TypeEngine[Any]]] = {
    "taken_id": ("taken_id =", WORDS),
}


def _conditions(sought: Sought) -> tuple[tuple[str, ...], list[Any]]:
    """Names of what is asked of the ticket itself ("lines:2"), and the values."""
    names, values = [], []
    for name in _AMONG:
        if chosen := getattr(sought, name, ()):
            few = name != "statuses" or Status.CLOSED not in chosen  # closed ones are most of all
            names.append(f"{name if few else 'ended'}:{len(chosen)}")
            values += [str(one) for one in chosen]
    for name in _SINGLE:
        if (value := getattr(sought, name)) is not None:
            names.append(name)
            values.append(value)
    return tuple(names), values


def _worded(conditions: Sequence[str], first: int, id_: str) -> tuple[str, list[TypeEngine[Any]]]:
    """The conditions as SQL, numbered from `first`, and the types of their values. `id_`: the ticket's number."""
    parts: list[str] = []
    takes: list[TypeEngine[Any]] = []
    for condition in conditions:
        name, _, count = condition.partition(":")
        if name == "ids":
            parts.append(f" AND {id_} BETWEEN :v{first + len(takes)} AND :v{first + len(takes) + 1}")
            takes += [NUMBER, NUMBER]
        elif count:
            field, how = _AMONG[name]
            places = ", ".join(f":v{first + len(takes) + place}" for place in range(int(count)))
            missing = f" OR ticket.{field} IS NULL" if how == "NOT IN" else ""
            parts.append(f" AND (ticket.{field} {how} ({places}){missing})")
            takes += [WORDS] * int(count)
        else:
            field, kind = _SINGLE[name]
            parts.append(f" AND ticket.{field} :v{first + len(takes)}")
            takes.append(kind)
    return "".join(parts), takes


async def find(index: Index, ask: Ask, sought: Sought) -> list[TicketId]:
    """The tickets that fit, best first; without words the newest first."""
    conditions, values = _conditions(sought)
    if sought.after or sought.before:
        bounds = await _bounds(ask, sought)
        if bounds is None:
            return []
        conditions, values = ("ids", *conditions), [*bounds, *values]
    if not sought.terms:
        rows = await ask(index.newest(conditions, worded=False), [*values, MOST])
        return [TicketId(row[0]) for row in rows]
    question = index.question(sought.terms)
    rows = await ask(index.newest(conditions, worded=True), [question, *values, MOST])
    return await index.ranked(ask, question, [row[0] for row in rows]) if rows else []


async def _bounds(ask: Ask, sought: Sought) -> tuple[int, int] | None:
    """The first and the last ticket of that time: numbers follow the time, and the index is sorted by number."""
    first = await ask(FIRST, [sought.after]) if sought.after else [(0,)]
    last = await ask(LAST, [sought.before]) if sought.before else [(_LAST_ID,)]
    return (first[0][0], last[0][0]) if first and last else None


async def alike(
    index: Index, ask: Ask, stems: Mapping[str, float], *, but: Sequence[int], limit: int
) -> list[tuple[TicketId, float]]:
    """Ended tickets that share the weightiest of these stems, most alike first, the newer first among equals."""
    whole = max(1, (await ask(_COUNTED, []))[0][0])
    score: dict[int, float] = {}
    chosen = sorted(stems, key=lambda stem: (-stems[stem], stem))[:_ENOUGH]
    ended = index.newest(("ended:2",), worded=True)
    for stem in chosen:
        question = index.question([Term(stems=(stem,))])
        rows = await ask(ended, [question, Status.SOLVED.value, Status.CLOSED.value, _SIMILAR])
        rarity = math.log(1 + whole / max(1, len(rows)))
        for (id_,) in rows:
            score[id_] = score.get(id_, 0.0) + stems[stem] * rarity
    for id_ in but:
        score.pop(id_, None)
    best = sorted(score.items(), key=lambda one: (-one[1], -one[0]))[:limit]
    return [(TicketId(id_), value) for id_, value in best]


_LAST_ID = 2**62
FIRST = _said("SELECT id AS c0 FROM ticket WHERE created_at >= :v0 ORDER BY created_at, id LIMIT 1", [AT], [NUMBER])
LAST = _said(
    "SELECT id AS c0 FROM ticket WHERE created_at < :v0 ORDER BY created_at DESC, id DESC LIMIT 1", [AT], [NUMBER]
)
_CHANGES = _said("SELECT total_changes() AS c0", (), [NUMBER])
_COUNTED = _said("SELECT count(*) AS c0 FROM ticket", (), (Integer(),))

# --- what is due -----------------------------------------------------------------------------------------------------

DUE = _said(
    "SELECT ticket_id AS c0, times AS c1 FROM search_due ORDER BY ticket_id DESC LIMIT :v0", [NUMBER], [NUMBER, NUMBER]
)
LEFT = _said("SELECT count(*) AS c0 FROM search_due", (), [NUMBER])
SETTLED = _said("DELETE FROM search_due WHERE ticket_id = :v0 AND times = :v1", [NUMBER, NUMBER])

# --- SQLite ----------------------------------------------------------------------------------------------------------


def _quoted(term: Term) -> str:
    words = '"' + " ".join(term.stems) + '"' + (" *" if term.begun else "")
    return f"{term.part.value} : {words}" if term.part is not Part.ANY else words


class Fts5:
    """SQLite. The index keeps no content: what a row had is packed beside it, to be taken out again by."""

    _KEPT = _said("SELECT packed AS c0 FROM search_kept WHERE ticket_id = :v0", [NUMBER], [BYTES])
    _TAKE_OUT = _said(
        "INSERT INTO search_words (search_words, rowid, subject, who, said, marks) "
        "VALUES ('delete', :v0, :v1, :v2, :v3, :v4)", [NUMBER, WORDS, WORDS, WORDS, WORDS],
    )  # fmt: skip
    _PUT_IN = _said(
        "INSERT INTO search_words (rowid, subject, who, said, marks) VALUES (:v0, :v1, :v2, :v3, :v4)",
        [NUMBER, WORDS, WORDS, WORDS, WORDS],
    )
    _PACK = _said("INSERT OR REPLACE INTO search_kept (ticket_id, packed) VALUES (:v0, :v1)", [NUMBER, BYTES])
    _UNPACK = _said("DELETE FROM search_kept WHERE ticket_id = :v0", [NUMBER])
    _MERGE = _said("INSERT INTO search_words (search_words, rank) VALUES ('merge', :v0)", [NUMBER])
    _RANKED = _said(
        "SELECT rowid AS c0 FROM search_words WHERE search_words MATCH :v0 AND rowid BETWEEN :v1 AND :v2 "
        "ORDER BY bm25(search_words, 4.0, 3.0, 1.0, 0.0), rowid DESC",
        [WORDS, NUMBER, NUMBER], [NUMBER],
    )  # fmt: skip

    def question(self, terms: Sequence[Term]) -> str:
        wanted = [_quoted(term) for term in terms if not term.absent]
        unwanted = [_quoted(term) for term in terms if term.absent]
        asked = " AND ".join(wanted) if wanted else 'marks : "every"'
        return f"({asked}) NOT ({' OR '.join(unwanted)})" if unwanted else asked

    def newest(self, conditions: tuple[str, ...], *, worded: bool) -> Phrase:
        return _newest_on_sqlite(conditions, worded)

    async def ranked(self, ask: Ask, question: str, ids: Sequence[int]) -> list[TicketId]:
        wanted = set(ids)
        rows = await ask(self._RANKED, [question, min(ids), max(ids)])
        return [TicketId(row[0]) for row in rows if row[0] in wanted]

    async def keep(self, ask: Ask, tell: Tell, document: Document) -> None:
        columns = [" ".join(getattr(document, name)) for name in _COLUMNS]
        packed = zlib.compress(json.dumps(columns, ensure_ascii=False).encode(), 1)
        kept = await ask(self._KEPT, [document.ticket_id])
        if kept and kept[0][0] == packed:
            return
        if kept:
            await tell(self._TAKE_OUT, [document.ticket_id, *_unpacked(kept[0][0])])
        await tell(self._PUT_IN, [document.ticket_id, *columns])
        await tell(self._PACK, [document.ticket_id, packed])

    async def forget(self, ask: Ask, tell: Tell, ticket_id: int) -> None:
        kept = await ask(self._KEPT, [ticket_id])
        if kept:
            await tell(self._TAKE_OUT, [ticket_id, *_unpacked(kept[0][0])])
            await tell(self._UNPACK, [ticket_id])

    async def tidy(self, ask: Ask, tell: Tell, *, first: bool) -> bool:
        # https://sqlite.org/fts5.html#the_merge_command: a negative number begins, two changes or more mean work done.
        before = (await ask(_CHANGES, []))[0][0]
        await tell(self._MERGE, [-_PAGES if first else _PAGES])
        return bool((await ask(_CHANGES, []))[0][0] - before > 1)


def _unpacked(packed: bytes) -> list[str]:
    columns: list[str] = json.loads(zlib.decompress(packed))
    return columns


@lru_cache(500)
def _newest_on_sqlite(conditions: tuple[str, ...], worded: bool) -> Phrase:
    if not worded:
        asked, takes = _worded(conditions, 0, "ticket.id")
        sql = f"SELECT ticket.id AS c0 FROM ticket WHERE 1 = 1{asked} "  # noqa: S608 - our own words
        return _said(f"{sql}ORDER BY ticket.id DESC LIMIT :v{len(takes)}", [*takes, NUMBER], [NUMBER])
    asked, takes = _worded(conditions, 1, "search_words.rowid")
    source, chosen = "search_words", ""
    if any(one.startswith("statuses:") for one in conditions):
        # Few tickets have the wanted status, so they are gathered first; "+" keeps the index from being asked for each.
        ids, _, rest = asked.partition(" AND (ticket.") if conditions[0] == "ids" else ("", "", asked)
        inner = f" AND (ticket.{rest}" if conditions[0] == "ids" else rest
        asked, chosen = ids, f" AND +search_words.rowid IN (SELECT id FROM ticket WHERE 1 = 1{inner})"  # noqa: S608
    elif set(conditions) - {"ids"}:
        # CROSS JOIN: the index leads, from its newest row on, and stops when there are enough.
        source = "search_words CROSS JOIN ticket ON ticket.id = search_words.rowid"
    sql = (
        f"SELECT search_words.rowid AS c0 "  # noqa: S608 - our own words
        f"FROM {source} WHERE search_words MATCH :v0{asked}{chosen} "
        f"ORDER BY search_words.rowid DESC LIMIT :v{len(takes) + 1}"
    )
    return _said(sql, [WORDS, *takes, NUMBER], [NUMBER])


# --- PostgreSQL ------------------------------------------------------------------------------------------------------


def _tsquery(term: Term) -> str:
    weight = _WEIGHTS[term.part.value] if term.part is not Part.ANY else ""
    last = len(term.stems) - 1
    signs = ["*" * (term.begun and place == last) + weight for place in range(last + 1)]
    words = " <-> ".join(
        f"'{stem}'" + (f":{sign}" if sign else "") for stem, sign in zip(term.stems, signs, strict=True)
    )
    return f"({words})"


def tsvector(document: Document) -> str:
    """The document as PostgreSQL writes one: every stem with its places and the weight of its part."""
    places: dict[str, list[str]] = {}
    place = 0
    for name in _COLUMNS:
        for stem in getattr(document, name):
            place = min(place + 1, _LAST_PLACE)
            if stem != APART:
                places.setdefault(stem, []).append(f"{place}{_WEIGHTS[name]}")
        place += _GAP
    return " ".join(f"'{stem}':{','.join(dict.fromkeys(found[:255]))}" for stem, found in places.items())


class Tsvector:
    """PostgreSQL."""

    _KEEP = _said(
        "INSERT INTO search_words (ticket_id, words) VALUES (:v0, CAST(:v1 AS tsvector)) "
        "ON CONFLICT (ticket_id) DO UPDATE SET words = excluded.words", [NUMBER, WORDS],
    )  # fmt: skip
    _FORGET = _said("DELETE FROM search_words WHERE ticket_id = :v0", [NUMBER])

    def question(self, terms: Sequence[Term]) -> str:
        wanted = [_tsquery(term) for term in terms if not term.absent] or ["'every':D"]
        return " & ".join([*wanted, *(f"!{_tsquery(term)}" for term in terms if term.absent)])

    def newest(self, conditions: tuple[str, ...], *, worded: bool) -> Phrase:
        return _newest_on_postgres(conditions, worded)

    async def ranked(self, ask: Ask, question: str, ids: Sequence[int]) -> list[TicketId]:
        rows = await ask(_ranked_on_postgres(len(ids)), [question, *ids])
        return [TicketId(row[0]) for row in rows]

    async def keep(self, ask: Ask, tell: Tell, document: Document) -> None:  # noqa: ARG002 - one shape for both
        await tell(self._KEEP, [document.ticket_id, tsvector(document)])

    async def forget(self, ask: Ask, tell: Tell, ticket_id: int) -> None:  # noqa: ARG002
        await tell(self._FORGET, [ticket_id])

    async def tidy(self, ask: Ask, tell: Tell, *, first: bool) -> bool:  # noqa: ARG002 - vacuum does it
        return False


@lru_cache(500)
def _newest_on_postgres(conditions: tuple[str, ...], worded: bool) -> Phrase:
    if not worded:
        return _newest_on_sqlite(conditions, worded)
    asked, takes = _worded(conditions, 1, "search_words.ticket_id")
    joined = " JOIN ticket ON ticket.id = search_words.ticket_id" if set(conditions) - {"ids"} else ""
    sql = (
        f"SELECT search_words.ticket_id AS c0 "  # noqa: S608 - our own words
        f"FROM search_words{joined} WHERE words @@ CAST(:v0 AS tsquery){asked} "
        f"ORDER BY search_words.ticket_id DESC LIMIT :v{len(takes) + 1}"
    )
    return _said(sql, [WORDS, *takes, NUMBER], [NUMBER])


@lru_cache(MOST)
def _ranked_on_postgres(count: int) -> Phrase:
    ids = ", ".join(f":v{place + 1}" for place in range(count))
    sql = (
        f"SELECT ticket_id AS c0 FROM search_words WHERE ticket_id IN ({ids}) "  # noqa: S608 - our own words
        "ORDER BY ts_rank('{0.0, 0.2, 0.6, 1.0}', words, CAST(:v0 AS tsquery)) DESC, ticket_id DESC"
    )
    return _said(sql, [WORDS, *[NUMBER] * count], [NUMBER])


SQLITE, POSTGRES = Fts5(), Tsvector()
