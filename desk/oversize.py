"""A mail that was too large to be fetched: its sender is told once, politely, how else to send what was in it."""

from dataclasses import replace
from datetime import timedelta

from desk import clients, keys, outbox, senders
from desk.desk import Desk
from desk.incoming import Incoming, Sort
from desk.parcels import Parcel, Purpose
from desk.people import Client, Door
from desk.ports import Unit
from desk.tickets import Ticket

WHOLE = 25
"""Megabytes of a whole mail that we take, its files included."""

ANSWERS_AN_HOUR = 5
"""Per sender, receipts counted too: a machine that answers us must not make us answer it for ever."""


async def answer(  # noqa: PLR0917 - the message, its sender and its ticket
    desk: Desk, unit: Unit, ticket: Ticket, door: Door, client: Client, incoming: Incoming
) -> None:
    """Queue the answer to a mail of which only the header is here; nothing for machines, lists and our own."""
    if not incoming.whole or incoming.sort is not Sort.HUMAN or not await _may_answer(desk, unit, door):
        return
    language = clients.language(desk, client, ticket)
    size = max(1, round(incoming.whole / 1_000_000))
    text = desk.say("client.mail_too_large", language, size=size, limit=WHOLE)
    footer = subject = ""
    if not senders.vouched(incoming):  # as with receipts: nothing of what was written goes to a forged address
        door = replace(door, name="")
        subject = desk.say("client.receipt_subject", language, number=desk.number(ticket.id))
    if not incoming.others:  # whoever answers to all quotes our words, and the link is for one
        link = await keys.telegram_link(desk, unit, client, door, ticket)
        footer = desk.say("client.mail_too_large_link", language, link=link) if link else ""
    to = incoming.external_id
    await outbox.to_door(
        desk, unit, door, Purpose.NOTICE, text, ticket=ticket, footer=footer, subject=subject, reply_to=to
    )


async def _may_answer(desk: Desk, unit: Unit, door: Door) -> bool:
    if any(box.address.casefold() == door.address for box in desk.settings.mailbox):
        return False
    since = desk.now() - timedelta(hours=1)
    said = (Purpose.RECEIPT, Purpose.NOTICE)
    sent = await unit.count(Parcel, lane=f"{door.channel}:{door.address}", purpose__in=said, created_at__gt=since)
    return sent < ANSWERS_AN_HOUR
