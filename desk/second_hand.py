"""Letters that come by way of somebody else: a colleague who forwards a client's, or a form on a web site.

Rule: whom such a letter names is a claim. It makes a ticket for them and proves nothing about them.
"""

from dataclasses import replace

from desk import marks, outbox, participants, work
from desk.choosing import Choice, How
from desk.desk import Desk
from desk.incoming import Incoming, Sort
from desk.ports import Unit
from desk.tickets import Kind, Message, Ticket


async def as_original(desk: Desk, unit: Unit, incoming: Incoming) -> tuple[Incoming, Incoming | None]:
    """A client's letter that a colleague forwarded, as the client's, and the colleague's own; else what came, and None.

    What goes on in a ticket's thread stays there, and a colleague's own letters are a colleague's.
    """
    original = incoming.original
    if original is None or incoming.sort is not Sort.HUMAN or not is_staff(desk, incoming.sender.address):
        return incoming, None
    writer = original.sender.address
    if is_staff(desk, writer) or is_form(desk, writer) or participants.is_ours(desk, writer):
        return incoming, None
    if await marks.of(desk, unit, incoming):
        return incoming, None
    theirs = replace(
        incoming,
        sender=original.sender,
        subject=original.subject or incoming.subject,
        text=original.text,
        rest=original.rest,
        signature=original.signature,
        reply_to="",
        references=(),
        tags=(),
        others=(),
        vouched=False,
        refuted=False,
        original=None,
    )
    return theirs, incoming


def apart(choice: Choice, incoming: Incoming, forwarder: Incoming | None) -> Choice:
    """What a subject names is only related: whoever fills in a form or forwards a letter can write any number there."""
    if choice.ticket is None or not (forwarder or incoming.claimed):
        return choice
    return Choice(how=How.NEW, related=choice.ticket.id)


async def told(desk: Desk, unit: Unit, ticket: Ticket, incoming: Incoming, forwarder: Incoming | None) -> None:
    """Tell the engineers by way of whom a ticket came; a colleague's own words are a note that no client gets."""
    if forwarder is not None:
        who = participants.in_words(forwarder.sender.name, forwarder.sender.address)
        comment = forwarder.original.comment if forwarder.original else ""
        note = await unit.add(
            Message(
                ticket_id=ticket.id,
                kind=Kind.NOTE,
                author=forwarder.sender.name or forwarder.sender.address,
                author_id=forwarder.sender.address,
                channel=forwarder.channel,
                text=comment,
                at=forwarder.at,
            )
        )
        title = desk.say("group.forwarded_by", who=who)
        await outbox.to_topic(desk, unit, ticket, comment, title=title, message_id=note.id, silent=True)
        await work.audit(desk, unit, ticket, "desk", "forwarded by a colleague", address=forwarder.sender.address)
    elif incoming.claimed:
        nobody = is_form(desk, incoming.sender.address)
        text = desk.say("group.form_nobody" if nobody else "group.form", address=incoming.sender.address)
        await outbox.to_topic(desk, unit, ticket, text, silent=True)


def is_staff(desk: Desk, address: str) -> bool:
    """Whether an address is of a colleague's domain. Anybody can write that into From: it is no proof."""
    return address.rpartition("@")[2] in desk.settings.desk.staff_domains


def is_form(desk: Desk, address: str) -> bool:
    """Whether an address is a web form's own, where nobody reads."""
    return any(form.sender.lower() == address for box in desk.settings.mailbox for form in box.form)
