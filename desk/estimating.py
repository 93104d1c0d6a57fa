"""`/estimate`: an engineer says how long work outside the plan will take, and the client is asked to agree first."""

from dataclasses import replace

from desk import answering, bills, clients, doors, estimates, moving, outbox, spending, work
from desk.accounts import Estimate
from desk.closing import CLOCK_ANEW
from desk.desk import Desk
from desk.errors import Refusal
from desk.lifecycle import Step, after
from desk.moments import day_in_words
from desk.orders import Order, mark, reply, ticket_of
from desk.parcels import Purpose
from desk.people import Client
from desk.ports import Unit
from desk.tickets import Message, Status, Ticket

LONGEST = 1_000 * 60
"""Minutes of one estimate; more is a project with a contract of its own."""

LONGEST_TEXT = 1_500
"""Characters: the question must fit into one message, the buttons under it."""

LISTED = 10
"""Estimates that `/estimate` alone lists, the newest, with so many characters of each."""

SHOWN = 200

_UNDO = frozenset({"undo", "отмена", "отменить"})


async def order(desk: Desk, unit: Unit, given: Order) -> None:
    """`/estimate 2h text` asks the client; `/estimate undo` takes the question back; alone it lists all estimates."""
    ticket, argument = ticket_of(given), given.argument
    if not argument:
        await reply(desk, unit, given, await history(desk, unit, ticket))
    elif argument.casefold() in _UNDO:
        await _undo(desk, unit, given, ticket)
    else:
        await _ask(desk, unit, given, ticket)


async def _ask(desk: Desk, unit: Unit, given: Order, ticket: Ticket) -> None:
    read = spending.read(given.argument)
    if read is None or not read.words:
        raise Refusal("accounts.estimate_how")
    if not 0 < read.minutes <= LONGEST:
        raise Refusal("accounts.estimate_limits", hours=LONGEST // 60)
    if len(read.words) > LONGEST_TEXT:
        raise Refusal("accounts.estimate_long", count=LONGEST_TEXT)
    after(ticket.status, Step.ASKED)
    if await doors.best(unit, ticket) is None:
        raise Refusal("group.no_open_door")
    language = clients.language(desk, await unit.get(Client, ticket.client_id), ticket)
    if before := await estimates.waiting(unit, ticket):
        await estimates.withdraw(desk, unit, before, desk.say("client.estimate_replaced", language))
    engineer = given.post.engineer
    made = await unit.add(
        Estimate(
            ticket_id=ticket.id,
            minutes=read.minutes,
            text=read.words,
            by=engineer.name,
            by_id=engineer.id,
            at=desk.now(),
        )
    )
    time = bills.length(desk, read.minutes, language)
    question = desk.say("client.estimate", language, time=time, text=read.words)
    buttons = estimates.buttons(desk, made, language)
    message = await answering.ask(desk, unit, ticket, given.post, question, buttons=buttons)
    await unit.save(replace(made, message_id=message.id))
    asked = {"estimate": made.id, "minutes": made.minutes, "text": question, "replaced": before.id if before else None}
    await work.audit(desk, unit, ticket, engineer.name, "estimate asked", **asked)


async def _undo(desk: Desk, unit: Unit, given: Order, ticket: Ticket) -> None:
    estimate = await estimates.waiting(unit, ticket)
    if estimate is None:
        raise Refusal("accounts.no_estimate_waits")
    language = clients.language(desk, await unit.get(Client, ticket.client_id), ticket)
    arrived = await estimates.withdraw(desk, unit, estimate, desk.say("client.estimate_withdrawn", language))
    await work.audit(desk, unit, ticket, given.who, "estimate withdrawn", estimate=estimate.id)
    message = await unit.get(Message, estimate.message_id or 0)
    if ticket.status is Status.WAITING and message and ticket.question == message.text:
        await work.drop_reminders(unit, ticket)
        ticket = await moving.move(unit, ticket, Step.TAKEN_BACK, at=desk.now(), question="", **CLOCK_ANEW)
    if arrived:
        await work.tell_client(desk, unit, ticket, "client.estimate_taken_back", Purpose.NOTICE, text=estimate.text)
    await outbox.card(desk, unit, ticket)
    await mark(desk, unit, given)


async def history(desk: Desk, unit: Unit, ticket: Ticket) -> str:
    """Every estimate of a ticket with what became of it."""
    found = await unit.find(Estimate, ticket_id=ticket.id)
    language, zone = desk.settings.desk.language, desk.settings.desk.timezone
    rows = [
        f"• {day_in_words(language, one.at, timezone=zone)}, {one.by}: "
        f"{bills.estimate_in_words(desk, one)} · {one.text[:SHOWN]}"
        for one in found[-LISTED:]
    ]
    return "\n".join(rows) if rows else desk.say("accounts.estimates_none")
