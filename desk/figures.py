"""The figures of a report, reckoned from the fates of tickets; `docs/reports.md` defines each of them. Pure.

What a ticket is (line, type, priority, client, engineer) is taken as it stands today.
"""

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from desk.fates import NOTHING, Case, Fate, Read, Took, fate
from desk.periods import Period, instant
from desk.waits import Waits, waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """How promises were kept. Lengths are of each plan's own hours."""

    kept: int = 0
    broken: int = 0
    pending: int = 0  # not ended, and the term is not over
    without: int = 0  # nothing was promised
    median: timedelta | None = None
    ninety: timedelta | None = None  # the 90th percentile, by nearest rank

    @property
    def share(self) -> float | None:
        """The part of promises that were kept, of those that were kept or broken."""
        decided = self.kept + self.broken
        return self.kept / decided if decided else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The figures of all tickets, or of those of one line, type, priority, client or engineer."""

    key: str
    name: str = ""
    taken: int
    solved: int
    closed: int  # for another reason than a solution
    open: int
    reopened: int
    answer: Kept
    solve: Kept
    marks: int
    stars: int  # of all marks together
    low: int
    minutes: int
    billed: timedelta | None  # None: it cannot be told apart

    @property
    def mark(self) -> float | None:
        """The average of the marks."""
        return self.stars / self.marks if self.marks else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that a report says; `until` is the end of the period, or now when it is not over."""

    period: Period
    until: datetime
    made_at: datetime
    total: Row
    was_open: int
    came_back: int
    lines: tuple[Row, ...]
    types: tuple[Row, ...]
    priorities: tuple[Row, ...]
    clients: tuple[Row, ...]
    engineers: tuple[Row, ...]
    course: tuple[tuple[int, int], ...]  # for each part of the period how many were taken and solved
    waits: tuple[Waits, ...]  # now, whatever the period
    fates: tuple[Fate, ...]
    client: str = ""  # whom alone it is about

    def of(self, client: str) -> "Report":
        """The same, saying that it is about one client alone."""
        return replace(self, client=client)


def reckon(cases: Sequence[Case], period: Period, zone: ZoneInfo, now: datetime, read: Read) -> Report:
    """The report of a period, whose days are those of the zone, as it is known now."""
    start, end = period.bounds(zone)
    until = min(end, now)
    fates = tuple(fate(case, start, until, now, read) for case in cases)
    return Report(
        period=period,
        until=until,
        made_at=now,
        total=row("", fates),
        was_open=sum(one.was_open for one in fates),
        came_back=sum(one.came_back for one in fates),
        lines=_rows(fates, lambda case: case.ticket.line),
        types=_rows(fates, lambda case: case.ticket.type.value if case.ticket.type else ""),
        priorities=_rows(fates, lambda case: case.ticket.priority.value),
        clients=_by_clients(fates),
        engineers=_engineers(fates),
        course=_course(fates, period, zone),
        waits=waiting((one.case.ticket, one.case.pauses) for one in fates),
        fates=fates,
    )


def row(key: str, fates: Iterable[Fate], *, name: str = "") -> Row:
    """The figures of these tickets together."""
    chosen = list(fates)
    marks = [one.case.mark.stars for one in chosen if one.case.mark and one.case.mark.stars is not None]
    return Row(
        key=key,
        name=name,
        taken=sum(one.taken for one in chosen),
        solved=sum(one.done is not None and one.done.solved for one in chosen),
        closed=sum(one.done is not None and not one.done.solved for one in chosen),
        open=sum(one.open for one in chosen),
        reopened=sum(one.reopened for one in chosen),
        answer=kept([one.answer for one in chosen if one.answer]),
        solve=kept([one.solve for one in chosen if one.solve]),
        marks=len(marks),
        stars=sum(marks),
        low=sum(one.case.low for one in chosen),
        minutes=sum(entry.minutes for one in chosen for entry in one.case.spent),
        billed=sum((one.case.billed for one in chosen), NOTHING),
    )


def kept(all_: Sequence[Took]) -> Kept:
    """Promises together. What was not promised and has not ended says nothing and is left out."""
    used = sorted(one.used for one in all_ if one.used is not None)
    promised = [one for one in all_ if one.limit is not None]
    broken = sum(one.broken for one in promised)
    ended = sum(one.used is not None and not one.broken for one in promised)
    return Kept(
        kept=ended,
        broken=broken,
        pending=len(promised) - broken - ended,
        without=sum(one.limit is None and one.used is not None for one in all_),
        median=median(used),
        ninety=nearest_rank(used, 90),
    )


def median(lengths: Sequence[timedelta]) -> timedelta | None:
    """The middle one of sorted lengths, or the mean of the two in the middle."""
    if not lengths:
        return None
    middle = len(lengths) // 2
    return lengths[middle] if len(lengths) % 2 else (lengths[middle - 1] + lengths[middle]) / 2


def nearest_rank(lengths: Sequence[timedelta], percent: int) -> timedelta | None:
    """The smallest of sorted lengths that so many percent of them do not exceed."""
    return lengths[max(0, math.ceil(len(lengths) * percent / 100) - 1)] if lengths else None


def _says_something(one: Row) -> bool:
    return any((one.taken, one.solved, one.closed, one.open, one.reopened, one.marks, one.minutes))


def _rows(fates: Sequence[Fate], key: Callable[[Case], str]) -> tuple[Row, ...]:
    groups: dict[str, list[Fate]] = defaultdict(list)
    for one in fates:
        groups[key(one.case)].append(one)
    return _sorted(row(name, group, name=name) for name, group in groups.items())


def _by_clients(fates: Sequence[Fate]) -> tuple[Row, ...]:
    names = {one.case.client_key: one.case.client for one in fates}
    return _sorted(replace(one, name=names[one.key]) for one in _rows(fates, lambda case: case.client_key))


def _engineers(fates: Sequence[Fate]) -> tuple[Row, ...]:
    """Tickets count for whoever has taken them, marks for whom they were given to, time for who spent it."""
    rows = {one.key: one for one in _rows(fates, lambda case: case.ticket.taken_by)}
    marks: dict[str, list[int]] = defaultdict(list)
    low: dict[str, int] = defaultdict(int)
    minutes: dict[str, int] = defaultdict(int)
    for one in fates:
        mark = one.case.mark
        if mark and mark.stars is not None:
            whose = mark.engineer or one.case.ticket.taken_by
            marks[whose].append(mark.stars)
            low[whose] += one.case.low
        for entry in one.case.spent:
            minutes[entry.by] += entry.minutes
    nobody = row("", ())
    found = []
    for name in {*rows, *marks, *minutes}:
        stars = marks[name]
        found.append(
            replace(
                rows.get(name, nobody), key=name, name=name, marks=len(stars), stars=sum(stars),
                low=low[name], minutes=minutes[name], billed=None,
            )
        )  # fmt: skip
    return _sorted(found)


def _sorted(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Those with the most work first; rows of zeros are left out."""
    return tuple(
        sorted(filter(_says_something, rows), key=lambda one: (-one.taken, -one.open, -one.solved, one.name, one.key))
    )


def _course(fates: Sequence[Fate], period: Period, zone: ZoneInfo) -> tuple[tuple[int, int], ...]:
    """How many were taken and solved in each part of the period."""
    ends = [instant(after, zone) for _, after in period.parts()]
    counts = [[0, 0] for _ in ends]

    def part(at: datetime) -> list[int]:
        return counts[bisect_right(ends, at)]

    for one in fates:
        if one.taken:
            part(one.case.ticket.created_at)[0] += 1
        if one.done and one.done.solved:
            part(one.done.since)[1] += 1
    return tuple((taken, solved) for taken, solved in counts)
