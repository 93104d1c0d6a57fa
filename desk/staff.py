"""The people of the desk as the configuration names them: who is a lead, who works on a line, who is on duty."""

from collections.abc import Sequence

from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Engineer
from desk.settings import Line, Person


def person(desk: Desk, engineer: Engineer) -> Person | None:
    """Who that member of the group is; None when the configuration does not name them."""
    if engineer.anonymous:
        return None
    known = {str(one.telegram): one for one in desk.settings.person}
    return known.get(engineer.id) or (known.get(f"@{engineer.username.lower()}") if engineer.username else None)


def is_lead(desk: Desk, engineer: Engineer) -> bool:
    """Whether they lead: as the configuration says, or, where it does not name them, as the group's administrator."""
    found = person(desk, engineer)
    if found is None:
        return engineer.admin and not engineer.anonymous
    return found.role == "lead"


def leads_only(desk: Desk, engineer: Engineer) -> None:
    """Refusal unless it is a lead who asks."""
    if not is_lead(desk, engineer):
        raise Refusal("group.leads_only")


def named(desk: Desk, name: str) -> Person | None:
    """The person of that name, in whatever case; None when there is none."""
    wanted = name.strip().casefold()
    return next((one for one in desk.settings.person if one.name.casefold() == wanted), None)


def line(desk: Desk, name: str) -> Line | None:
    """The line of that name; None when the configuration has none (any more)."""
    return next((one for one in desk.settings.line if one.name == name), None)


def on_line(desk: Desk, name: str) -> list[Person]:
    """Everybody who works on a line."""
    return [one for one in desk.settings.person if not one.lines or name in one.lines]


def leads(desk: Desk, line: str = "") -> list[Person]:
    """The leads of a line, or of all lines; those of the whole desk where the line has none of its own."""
    everybody = [one for one in desk.settings.person if one.role == "lead"]
    return [one for one in everybody if not line or not one.lines or line in one.lines] or everybody


def mention(people: Sequence[Person]) -> str:
    """What Outgoing.mention takes to mention them."""
    return "\n".join(
        f":{one.telegram}" if isinstance(one.telegram, str) else f"{one.telegram}:{one.name}" for one in people
    )
