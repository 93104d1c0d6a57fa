"""Files of clients whose plan keeps them out of Telegram: topics show names and sizes, a file itself is asked for.

Rule: whatever goes to an engineers' group goes by here, so that no way of showing a message forgets it.
"""

from collections.abc import Sequence
from dataclasses import replace

from desk import wording
from desk.desk import Desk
from desk.organisations import Organisation
from desk.parcels import Action, Button, Enclosure, Outgoing, Purpose
from desk.ports import Unit
from desk.tickets import File, Message, Ticket, TicketId

BUTTONS = 8
"""Files of one message that have a button; the others are asked for by number."""

LABEL = 40
"""Characters of a name on a button."""

GONE = "files_gone"
"""In a message's `data`: since when its files are no more."""


def _marked(desk: Desk) -> set[str]:
    return {plan.name for plan in desk.settings.plan if plan.mirror_files == "names"}


async def names_only(desk: Desk, unit: Unit, ticket: Ticket) -> bool:
    """Whether this ticket's files stay out of Telegram: by the plan that serves it, or by its organisation's."""
    marked = _marked(desk)
    if not marked:
        return False
    if ticket.plan in marked:
        return True
    company = await unit.get(Organisation, ticket.organisation_id) if ticket.organisation_id else None
    return company is not None and company.plan in marked


async def as_may_be(desk: Desk, unit: Unit, message: Outgoing) -> Outgoing:
    """A message for the group as it may be shown there: with its files, or with their names in their place."""
    if message.channel != "group" or not message.files or not message.ticket or message.purpose is Purpose.FILE:
        return message
    ticket = await unit.get(Ticket, message.ticket) if _marked(desk) else None
    if ticket is None or not await names_only(desk, unit, ticket):
        return message
    numbered = {file.key: (number, file) for number, file in enumerate(await listed(unit, ticket.id), 1) if file.key}
    rows, buttons = [], list(message.buttons)
    for enclosed in message.files:
        number, file = numbered.get(enclosed.key, (0, None))
        rows.append(row(desk, number, enclosed))
        if file and len(buttons) < BUTTONS:
            buttons.append((button(desk, ticket, file),))
    head = desk.say("personal.files_kept_out")
    text = "\n".join(part for part in (message.text, head, *rows) if part)
    return replace(message, text=text, files=(), buttons=tuple(buttons))


async def listed(unit: Unit, ticket_id: TicketId) -> list[File]:
    """All files of a ticket in the order in which they came; a file's number is its place here, from 1."""
    ids = [message.id for message in await unit.find(Message, ticket_id=ticket_id)]
    return await unit.find(File, message_id__in=ids) if ids else []


def row(desk: Desk, number: int, file: File | Enclosure) -> str:
    """«📎 2. договор.pdf (120 КБ)»."""
    name = f"{number}. {file.name}" if number else file.name
    return desk.say("personal.file_row", name=name, size=wording.size(desk, file.size))


def button(desk: Desk, ticket: Ticket, file: File) -> Button:
    """The button that sends one file."""
    name = file.name if len(file.name) <= LABEL else f"{file.name[: LABEL - 1]}…"
    return Button(
        label=desk.say("personal.button_file", name=name), action=Action.FILE, ticket=ticket.id, arg=str(file.id)
    )


def gone(message: Message) -> bool:
    """Whether its files were there and are not kept any more."""
    return bool(message.data.get(GONE))


def names(desk: Desk, message: Message, files: Sequence[File]) -> list[str]:
    """«[договор.pdf]», and with each that is not kept any more that it is so."""
    mark = f" — {desk.say('personal.file_gone')}" if gone(message) else ""
    return [f"[{file.name}{mark if not file.key else ''}]" for file in files if file.message_id == message.id]
