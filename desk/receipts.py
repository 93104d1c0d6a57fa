"""The receipt of a new ticket: whether there is one, and what it says.

Rule: nobody can make us send one address many, and one that goes to whom nobody proved to have written repeats
nothing of what was written: our servers must not carry an advertisement to a forged address.
"""

from dataclasses import replace
from datetime import timedelta

from desk import article_offers, clients, expecting, keys, loops, notices, outbox, second_hand, templates, wishes
from desk.desk import Desk
from desk.group_doors import is_group
from desk.lists import for_receipt
from desk.parcels import Parcel, Purpose
from desk.people import Client, Door
from desk.ports import Unit
from desk.tickets import Ticket

RECEIPTS_AN_HOUR = 5
"""Per sender: a machine that answers our receipts must not make us answer it for ever."""

CLAIMED_AN_HOUR = 1
"""Per address that a web form names: anybody can type anybody's into it."""


async def allowed(desk: Desk, unit: Unit, door: Door, *, claimed: bool = False) -> bool:
    """Whether this door may get one now; `claimed`: the address is only what a form says."""
    if door.channel != "mail":
        return True
    if _is_ours(desk, door.address):
        return False
    if second_hand.is_form(desk, door.address):
        return False
    since = desk.now() - timedelta(hours=1)
    sent = await unit.count(
        Parcel, lane=f"{door.channel}:{door.address}", purpose=Purpose.RECEIPT, created_at__gt=since
    )
    if sent < (CLAIMED_AN_HOUR if claimed else RECEIPTS_AN_HOUR):
        return True
    if not claimed:
        await loops.receipts_stopped(desk, unit, door, sent)
    return False


def _is_ours(desk: Desk, address: str) -> bool:
    """Whether mail to this address comes back to us, with whatever plus tag."""
    local, _, domain = address.rpartition("@")
    bare = f"{local.partition('+')[0]}@{domain}"
    return any(box.address.casefold() in (bare, address) for box in desk.settings.mailbox)


async def confirm(
    desk: Desk,
    unit: Unit,
    ticket: Ticket,
    door: Door,
    client: Client,
    *,
    reply_to: str = "",
    alone: bool = True,
    vouched: bool = False,
) -> None:
    """The receipt: the number, when to expect an answer, how to add to it.

    `alone`: nobody else was written to. Whoever answers to all quotes our words, and the link is for one. `vouched`:
    the sender is proven; without that it repeats neither their name nor their subject, and the ids keep the thread.
    """
    language = clients.language(desk, client, ticket)
    when = expecting.words(desk, ticket, language)
    kind = "group" if is_group(door.channel, door.address) else door.channel
    text = desk.say(f"client.receipt_{kind}", language, number=desk.number(ticket.id), when=when)
    if notice := await notices.for_receipt(desk, unit, language):
        text = f"{text}\n\n{notice}"
    footer = ""
    if door.channel == "mail" and (asked := await for_receipt(desk, unit, ticket, language)):
        text = f"{text}\n\n{asked}"
    if door.channel == "mail" and (found := await article_offers.for_receipt(desk, unit, ticket, language)):
        text = f"{text}\n\n{found}"
    if door.channel == "mail" and alone:
        link = await keys.telegram_link(desk, unit, client, door, ticket)
        footer = desk.say("client.receipt_link", language, link=link) if link else ""
    subject = ""
    if door.channel == "mail" and not vouched:
        door = replace(door, name="")
        subject = desk.say("client.receipt_subject", language, number=desk.number(ticket.id))
    await outbox.to_door(
        desk,
        unit,
        door,
        Purpose.RECEIPT,
        text,
        ticket=ticket,
        footer=footer,
        subject=subject,
        reply_to=reply_to,
        buttons=wishes.buttons(desk, ticket, language) if door.channel == "telegram" else (),
    )
    if door.channel == "telegram":
        await article_offers.offer(desk, unit, ticket, door, language)
    await templates.send_template(desk, unit, ticket, door, client, reply_to=reply_to)
