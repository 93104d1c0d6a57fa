"""The states of a ticket and the only way between them.

Rule: a status changes only through `after`.
"""

from collections.abc import Mapping
from enum import StrEnum

from desk.errors import Refusal
from desk.tickets import Status


class Step(StrEnum):
    """What happens to a ticket."""

    CLIENT_WROTE = "client wrote"
    ANSWERED = "answered"
    ASKED = "asked"  # a request for data: the only way to WAITING
    SOLVED = "solved"
    CLOSED = "closed"
    REOPENED = "reopened"
    DEPENDS = "depends on others"  # a third party owes the next word
    CONFIRMED = "confirmed"  # the client says that it is solved
    STILL_NEEDED = "still needed"
    TAKEN_BACK = "question taken back"
    SILENCE = "silence"  # the client let it go stale
    MOVED_AWAY = "moved away"  # the only word since we last looked belonged to another ticket


_N, _O, _W, _T = Status.NEW, Status.OPEN, Status.WAITING, Status.THIRD_PARTY
_S, _C = Status.SOLVED, Status.CLOSED

MOVES: Mapping[Status, Mapping[Step, Status]] = {
    _N: {
        Step.CLIENT_WROTE: _O, Step.ANSWERED: _O, Step.ASKED: _W, Step.SOLVED: _S, Step.CLOSED: _C,
        Step.DEPENDS: _T,
    },
    _O: {
        Step.CLIENT_WROTE: _O, Step.ANSWERED: _O, Step.ASKED: _W, Step.SOLVED: _S, Step.CLOSED: _C,
        Step.DEPENDS: _T, Step.MOVED_AWAY: _N,
    },
    _W: {
        # An answer while we wait adds to the question and takes nothing back: the client still owes the word.
        Step.CLIENT_WROTE: _O, Step.ANSWERED: _W, Step.ASKED: _W, Step.SOLVED: _S, Step.CLOSED: _C,
        Step.DEPENDS: _T, Step.STILL_NEEDED: _W, Step.TAKEN_BACK: _O, Step.SILENCE: _C,
    },
    _T: {
        # The client's word wants an eye of ours, whoever else we wait for; an answer of ours changes nothing.
        Step.CLIENT_WROTE: _O, Step.ANSWERED: _T, Step.ASKED: _W, Step.SOLVED: _S, Step.CLOSED: _C,
        Step.DEPENDS: _T, Step.REOPENED: _O,
    },
    _S: {
        Step.CLIENT_WROTE: _O, Step.ANSWERED: _S, Step.ASKED: _W, Step.SOLVED: _S, Step.CLOSED: _C,
        Step.REOPENED: _O, Step.DEPENDS: _T, Step.CONFIRMED: _C, Step.SILENCE: _C,
    },
    _C: {
        Step.CLIENT_WROTE: _O, Step.REOPENED: _O,
    },
}  # fmt: skip


def after(status: Status, step: Step) -> Status:
    """The status that follows; Refusal with a sentence for the person who asked when there is no such move."""
    following = MOVES[status].get(step)
    if following is None:
        raise Refusal(f"refused.{step.name.lower()}_{status.value}")
    return following


def owed_by_us(status: Status) -> bool:
    return status in (Status.NEW, Status.OPEN)


def diagram() -> str:
    """The state machine as a Mermaid diagram; the docs carry this very text."""
    lines = ["stateDiagram-v2", "    [*] --> NEW"]
    for status, steps in MOVES.items():
        lines += [f"    {status.name} --> {to.name}: {step.value}" for step, to in steps.items() if to is not status]
    return "\n".join(lines)
