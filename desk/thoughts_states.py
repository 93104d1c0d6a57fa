"""A ticket's states for a page that draws them: every move that there is, and the way that one ticket has gone.

Rule: drawn from `MOVES`, so that the picture is the machine. The way is read from what is kept anyway: the stretches
in which the clocks stood, the conversation, the audit.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from desk.accounts import Pause
from desk.desk import Desk
from desk.lifecycle import MOVES, Step
from desk.people import Audit
from desk.tickets import Closing, Kind, Message, Status, Ticket
from desk.trail import MACHINE

Json = dict[str, Any]

_AUDITED: Final[Mapping[str, Step]] = {
    "solved": Step.SOLVED, "closed": Step.CLOSED, "reopened": Step.REOPENED, "third party": Step.DEPENDS,
    "estimate asked": Step.ASKED, "unmerged": Step.REOPENED,
}  # fmt: skip
"""What the audit calls a step."""

_SAID: Final[Mapping[Kind, Step]] = {
    Kind.WORDS: Step.CLIENT_WROTE, Kind.ANSWER: Step.ANSWERED, Kind.QUESTION: Step.ASKED,
}  # fmt: skip

_NEAR: Final = timedelta(minutes=2)
"""A word bears the time at which it was written, which is a little before the one at which the desk heard it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """A status that a ticket came into; `step` None: it was opened, or what is kept does not tell."""

    status: Status
    at: datetime
    step: Step | None = None
    who: str = ""  # "" is the desk itself


@dataclass(frozen=True, slots=True, kw_only=True)
class _Deed:
    at: datetime
    step: Step
    who: str


def machine(desk: Desk) -> Json:
    """Every state and every move, in the order of `MOVES`, in the desk's words."""
    moves = [
        {"from": status.value, "to": to.value, "step": step.name.lower(), "word": step_in_words(desk, step)}
        for status, steps in MOVES.items()
        for step, to in steps.items()
    ]
    states = [{"status": one.value, "word": desk.say(f"group.status_{one.value}")} for one in MOVES]
    return {"states": states, "moves": moves}


def step_in_words(desk: Desk, step: Step) -> str:
    return desk.say(f"thoughts.step_{step.name.lower()}")


def way(
    ticket: Ticket, client: str, messages: Sequence[Message], audits: Sequence[Audit], pauses: Sequence[Pause]
) -> list[Hop]:
    """The statuses that the ticket went through, the oldest first; the last one is its own."""
    deeds = _deeds(client, messages, audits)
    hops = [Hop(status=Status.NEW, at=ticket.created_at)]
    for at, status in _turns(messages, pauses):
        if status is Status.OPEN and hops[-1].status is Status.OPEN:
            continue
        if status is not hops[-1].status and at >= hops[-1].at:
            hops.append(_hop(hops[-1], status, at, deeds))
    if hops[-1].status is not ticket.status:
        hops.append(_hop(hops[-1], ticket.status, max(ticket.active_at, hops[-1].at), deeds))
    return hops


def _turns(messages: Sequence[Message], pauses: Iterable[Pause]) -> list[tuple[datetime, Status]]:
    """When which status began, as far as can be told, in order."""
    standing = list(pauses)
    begun = {pause.since for pause in standing}
    found = [(pause.since, pause.why) for pause in standing]
    # Where the next stretch begins at once, the ticket went there straight.
    found += [(pause.until, Status.OPEN) for pause in standing if pause.until and pause.until not in begun]
    words = [message for message in messages if message.kind in _SAID][1:]
    first = next((one for one in words if one.kind is not Kind.QUESTION), None)
    if first is not None and not any(_stands(one, first.at) for one in standing):
        found.append((first.at, Status.OPEN))
    found += [(one.at, Status.WAITING) for one in messages if one.kind is Kind.QUESTION]
    return sorted(found, key=lambda one: one[0])


def _stands(pause: Pause, at: datetime) -> bool:
    return pause.since <= at and (pause.until is None or at < pause.until)


def _deeds(client: str, messages: Sequence[Message], audits: Sequence[Audit]) -> list[_Deed]:
    said = [message for message in messages if message.kind in _SAID][1:]  # by the first one it was opened
    deeds = [
        _Deed(at=one.at, step=_SAID[one.kind], who="" if one.channel == "desk" else one.author) for one in said
    ]
    for audit in audits:
        if audit.what in _AUDITED:
            who = "" if audit.who in MACHINE else audit.who
            deeds.append(_Deed(at=audit.at, step=_step(audit, who, client), who=who))
    return sorted(deeds, key=lambda one: one.at)


def _step(audit: Audit, who: str, client: str) -> Step:
    """What an entry of the audit was; a closing is the client's word, or nobody's, or an engineer's."""
    step = _AUDITED[audit.what]
    if step is Step.CLOSED and audit.data.get("closing") == Closing.SOLVED.value and who == client:
        return Step.CONFIRMED
    return Step.SILENCE if step is Step.CLOSED and not who and audit.data.get("closing") in _BY_ITSELF else step


_BY_ITSELF: Final = frozenset({Closing.NO_ANSWER.value, Closing.SOLVED.value})


def _hop(before: Hop, status: Status, at: datetime, deeds: Sequence[_Deed]) -> Hop:
    steps = [step for step, to in MOVES[before.status].items() if to is status]
    near = [one for one in deeds if before.at <= one.at + _NEAR and one.at - _NEAR <= at and one.step in steps]
    if near:
        deed = min(near, key=lambda one: abs(one.at - at))
        return Hop(status=status, at=at, step=deed.step, who=deed.who)
    return Hop(status=status, at=at, step=steps[0] if len(steps) == 1 else None)
