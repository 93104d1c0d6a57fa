"""What is left of a ticket's promises, in words for engineers: «ответить до пт 15:40, осталось 2 ч 10 мин»."""

from collections.abc import Mapping
from datetime import datetime

from desk import plans
from desk.clocks import Clock, Reading
from desk.desk import Desk
from desk.moments import length_in_words, shortly
from desk.tickets import Status, Ticket

_UNTIL = {Clock.ANSWER: "clock.answer_until", Clock.SOLVE: "clock.solve_until"}
_OVER = {Clock.ANSWER: "clock.answer_over", Clock.SOLVE: "clock.solve_over"}
_STANDS = {Clock.ANSWER: "clock.answer_stands", Clock.SOLVE: "clock.solve_stands"}
_KEPT = {Clock.ANSWER: "clock.answer_kept", Clock.SOLVE: "clock.solve_kept"}
_LATE = {Clock.ANSWER: "clock.answer_late", Clock.SOLVE: "clock.solve_late"}
_NONE = {Clock.ANSWER: "clock.answer_free", Clock.SOLVE: "clock.solve_free"}


def moment(desk: Desk, ticket: Ticket, at: datetime) -> str:
    """An instant by the plan's own zone; the zone is named where it is not the desk's."""
    zone = str(plans.calendar(desk, ticket.plan).zone)
    named = zone != desk.settings.desk.timezone
    return shortly(desk.settings.desk.language, at, now=desk.now(), timezone=zone, named=named)


def rows(desk: Desk, ticket: Ticket, shown: Mapping[Clock, Reading]) -> list[str]:
    """The card's rows: the plan, then a row for each clock that has a term. Nothing without a plan."""
    plan = plans.of(desk, ticket)
    if plan is None:
        return []
    over = ticket.status in (Status.SOLVED, Status.CLOSED)
    clocks = [row(desk, ticket, one) for one in shown.values() if one.limit is not None and (one.ended or not over)]
    return [desk.say("clock.plan", title=plan.title), *clocks]


def row(desk: Desk, ticket: Ticket, shown: Reading) -> str:
    """What one clock says, as of now."""
    language = desk.settings.desk.language
    clock = shown.clock
    if shown.ended:
        took = length_in_words(language, shown.used)
        return desk.say(_LATE[clock] if shown.broken else _KEPT[clock], took=took)
    if shown.due is not None and shown.due < desk.now():
        ago = length_in_words(language, desk.now() - shown.due)
        return desk.say(_OVER[clock], ago=ago, due=moment(desk, ticket, shown.due))
    remains = length_in_words(language, shown.left)
    if not shown.running or shown.due is None:
        return desk.say(_STANDS[clock], left=remains, why=_why(desk, ticket))
    due, now = moment(desk, ticket, shown.due), moment(desk, ticket, desk.now())
    return desk.say(_UNTIL[clock], due=due, left=remains, now=now)


def _why(desk: Desk, ticket: Ticket) -> str:
    status = desk.say(f"group.status_{ticket.status.value}")
    whom = f" ({ticket.third_party[:80]})" if ticket.third_party and ticket.status is Status.THIRD_PARTY else ""
    return f"{status}{whom}"


def recomputed(  # noqa: PLR0917 - both sides of a change and who made it
    desk: Desk,
    before: Ticket,
    after: Ticket,
    old: Mapping[Clock, Reading],
    new: Mapping[Clock, Reading],
    who: str,
) -> str:
    """What the topic is told of changed terms; "" when they are the same."""
    same = before.plan == after.plan and all(_same(old[clock], new[clock]) for clock in Clock)
    if same or after.status is Status.CLOSED:
        return ""
    what = [
        *([desk.say("clock.by_plan", title=_title(desk, after))] if before.plan != after.plan else []),
        *([_by_priority(desk, before, after)] if before.priority != after.priority else []),
        *([desk.say("clock.by_line")] if before.line != after.line else []),
        *([desk.say("clock.by_type")] if before.type != after.type else []),
    ]
    terms = [
        row(desk, after, new[clock]) if new[clock].limit is not None else desk.say(_NONE[clock])
        for clock in Clock
        if not new[clock].ended
    ]
    head = desk.say("clock.recomputed", what=", ".join(what) or desk.say("clock.by_contract"), who=who)
    return "\n".join([head, *terms])


def _same(old: Reading, new: Reading) -> bool:
    return (old.limit, old.used) == (new.limit, new.used)


def _title(desk: Desk, ticket: Ticket) -> str:
    plan = plans.of(desk, ticket)
    return plan.title if plan else desk.say("clock.no_plan")


def _by_priority(desk: Desk, before: Ticket, after: Ticket) -> str:
    urgency = list(type(after.priority))
    raised = urgency.index(after.priority) < urgency.index(before.priority)
    return desk.say("clock.by_raise") if raised else desk.say("clock.by_lowering")
