"""What a receipt lets a client expect, by their own plan and its calendar: «Ответим до пт 15:40».

Rule: no hour is promised without a plan; without one it says when work begins.
"""

from desk import deadlines, plans
from desk.clocks import Clock
from desk.desk import Desk
from desk.moments import in_words, shortly
from desk.tickets import Ticket


def words(desk: Desk, ticket: Ticket, language: str) -> str:
    """When to expect an answer to a ticket that was registered now."""
    plan = plans.of(desk, ticket)
    term = plans.terms(plan, ticket.priority, ticket.type)[0] if plan else None
    due = deadlines.read(desk, ticket, [], desk.now())[Clock.ANSWER].due
    if term is None or due is None:
        return _begins(desk, ticket, language)
    calendar, now = plans.calendar(desk, ticket.plan), desk.now()
    until = shortly(language, due, now=now, timezone=str(calendar.zone), texts=desk.texts)
    if term.plain is not None or calendar.is_working(now):
        return desk.say("client.answer_by", language, due=until)
    start = in_words(language, calendar.next_start(now), now=now, timezone=str(calendar.zone), texts=desk.texts)
    return desk.say("client.closed_answer_by", language, start=start, due=until)


def _begins(desk: Desk, ticket: Ticket, language: str) -> str:
    calendar, now = plans.calendar(desk, ticket.plan), desk.now()
    if calendar.is_working(now):
        return desk.say("client.now_open", language)
    try:
        start = calendar.next_start(now)
    except LookupError:  # a calendar without any working time says nothing about when
        return desk.say("client.now_closed_long", language)
    words = in_words(language, start, now=now, timezone=str(calendar.zone), texts=desk.texts)
    return desk.say("client.now_closed", language, start=words)
