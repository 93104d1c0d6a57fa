"""Who is on duty: by the line's schedule, or as engineers say themselves, which outweighs it; and whose turn it is.

What they say holds until the end of that shift or day; where no schedule is, until they say otherwise.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from desk import shifts, staff
from desk.desk import Desk
from desk.incoming import Engineer
from desk.moments import shortly
from desk.ports import Unit
from desk.settings import Line, Person
from desk.tickets import Status, Ticket

ON_DUTY = "on-duty"
_DUTY, _ID, _LAST = "duty.", "telegram_id.", "duty_turn."
_OPEN = (Status.NEW, Status.OPEN, Status.WAITING, Status.THIRD_PARTY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Whose turn the next ticket of a line is; `full`: all who might take it have so many already, 0: they have not."""

    person: Person | None = None
    full: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Word:
    """What somebody said of themselves; `until` None: until they say otherwise."""

    there: bool
    until: datetime | None


Words = Mapping[str, _Word]
"""What people said of themselves, by the fact that keeps it."""


async def overview(desk: Desk, unit: Unit) -> str:
    """Who is on duty now and next, a row for each line of ours; "" where nobody ever is."""
    words = await words_of(desk, unit)
    lines = [line for line in desk.settings.line if line.address is None]
    rows = [(line.title, row(desk, words, line)) for line in lines]
    return "\n".join(f"{title}: {shown}" for title, shown in rows if shown)


def row(desk: Desk, words: Words, line: Line) -> str:
    """«Мария до 19:00; с 19:00 Борис»; "" where nobody is on duty nor will be."""
    now, scheduled = desk.now(), shifts.now(line.duty, desk.now(), desk.settings.desk.zone)
    ends = {name.strip().casefold(): until for name, until in scheduled.items()}
    parts = []
    for person in _present(desk, words, line):
        word = words.get(_key(person))
        until = word.until if word and word.there else ends.get(person.name.casefold())
        parts.append(desk.say("duty.until", name=person.name, until=_moment(desk, until)) if until else person.name)
    shown = ", ".join(parts) or (desk.say("duty.nobody_now") if line.duty else "")
    following = shifts.following(line.duty, now, desk.settings.desk.zone)
    if following is None:
        return shown
    then = desk.say("duty.then", at=_moment(desk, following.at), names=", ".join(following.people))
    return f"{shown}; {then}"


def _moment(desk: Desk, at: datetime) -> str:
    return shortly(desk.settings.desk.language, at, now=desk.now(), timezone=desk.settings.desk.timezone)


def scheduled(desk: Desk) -> bool:
    return any(line.duty for line in desk.settings.line)


# --- who is there ---------------------------------------------------------------------------------------------------


async def present(desk: Desk, unit: Unit) -> list[Person]:
    """Everybody on duty on whatever line, in the order of the configuration."""
    words = await words_of(desk, unit)
    there = {person.telegram for line in desk.settings.line for person in _present(desk, words, line)}
    return [person for person in desk.settings.person if person.telegram in there]


async def of_line(desk: Desk, unit: Unit, line: str) -> list[Person]:
    """Everybody on duty on a line: by its schedule in its order, then who said so themselves."""
    found = staff.line(desk, line)
    return _present(desk, await words_of(desk, unit), found) if found else []


async def words_of(desk: Desk, unit: Unit) -> Words:
    """What people said of themselves as far as it still holds."""
    if not desk.settings.person:
        return {}
    now = desk.now()
    found = {key: _read(value) for key, value in (await unit.recall_all(_DUTY)).items()}
    return {key: word for key, word in found.items() if word.until is None or word.until > now}


def _present(desk: Desk, words: Words, line: Line) -> list[Person]:
    scheduled = [staff.named(desk, name) for name in shifts.now(line.duty, desk.now(), desk.settings.desk.zone)]
    said = [one for one in staff.on_line(desk, line.name) if (word := words.get(_key(one))) and word.there]
    away = {key for key, word in words.items() if not word.there}
    people = [one for one in (*scheduled, *said) if one and _key(one) not in away]
    return list({one.telegram: one for one in people}.values())


def _read(value: str) -> _Word:
    try:
        word = json.loads(value)
        return _Word(there=word["there"], until=datetime.fromisoformat(word["until"]) if word["until"] else None)
    except (ValueError, TypeError, KeyError):
        return _Word(there=True, until=None)  # of before there were schedules: the time at which they said so


async def say(unit: Unit, person: Person, *, there: bool, until: datetime | None) -> None:
    """Somebody's own word outweighs the schedule until then; None: until they say otherwise."""
    ends = until.isoformat() if until else ""
    await unit.remember(_key(person), json.dumps({"there": there, "until": ends}))


async def unsay(unit: Unit, person: Person) -> None:
    """The schedule alone tells again."""
    await unit.remember(_key(person), "")


def until(desk: Desk, person: Person) -> datetime | None:
    """How long «I am on duty» holds: to the end of the shift that runs or of the day; for ever without schedules."""
    lines = [line for line in desk.settings.line if line.duty and _works_on(person, line)]
    if not lines:
        return None
    zone = desk.settings.desk.zone
    midnight = datetime.combine(desk.now().astimezone(zone).date() + timedelta(days=1), time(), tzinfo=zone)
    running = [end for line in lines for end in shifts.now(line.duty, desk.now(), zone).values()]
    return shift_ends(desk, person) or max([midnight, *running])


def _works_on(person: Person, line: Line) -> bool:
    named = {name.casefold() for hours in line.duty for name in hours.people}
    return not person.lines or line.name in person.lines or person.name.casefold() in named


def shift_ends(desk: Desk, person: Person) -> datetime | None:
    """When the shift that the schedule has them on now ends; None when it has not."""
    zone, now = desk.settings.desk.zone, desk.now()
    found = [shifts.now(line.duty, now, zone) for line in desk.settings.line]
    ends = [end for one in found for name, end in one.items() if staff.named(desk, name) == person]
    return max(ends, default=None)


# --- in turn --------------------------------------------------------------------------------------------------------


async def next_one(desk: Desk, unit: Unit, line: str) -> Turn:
    """Whose turn it is: of those on duty on the line whoever has the fewest open tickets, below its cap.

    Among equals it goes round. Where the line has no schedule and nobody said that they are there, all of it count.
    """
    found = staff.line(desk, line)
    people = await of_line(desk, unit, line)
    if not people and not (found and found.duty):
        people = staff.on_line(desk, line)
    if not people:
        return Turn()
    last = await unit.recall(_LAST + line)
    people = _after(people, last)
    loads = [(await load(unit, person), index) for index, person in enumerate(people)]
    cap = found.cap if found else 0
    free = [(count, index) for count, index in loads if not cap or count < cap]
    if not free:
        return Turn(full=cap)
    chosen = people[min(free)[1]]
    await unit.remember(_LAST + line, str(chosen.telegram))
    return Turn(person=chosen)


def _after(people: Sequence[Person], last: str) -> list[Person]:
    """The same people, beginning with who comes after the one whose turn it was."""
    known = [str(person.telegram) for person in people]
    begin = known.index(last) + 1 if last in known else 0
    return [*people[begin:], *people[:begin]]


async def load(unit: Unit, person: Person) -> int:
    """How many open tickets somebody has."""
    ids = {str(person.telegram), await id_of(unit, person)}
    return await unit.count(Ticket, taken_id__in=sorted(ids), status__in=_OPEN)


async def id_of(unit: Unit, person: Person) -> str:
    """The person's Telegram id; the @name while they have not said anything by which we would know it."""
    name = str(person.telegram)
    return (await unit.recall(_ID + name) or name) if name.startswith("@") else name


async def remember_id(unit: Unit, engineer: Engineer, person: Person) -> None:
    await unit.remember(_ID + str(person.telegram), engineer.id)


def _key(person: Person) -> str:
    return _DUTY + str(person.telegram)
