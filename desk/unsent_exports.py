"""Somebody's data that could not be sent to a lead privately: they are asked whether it may go into the group."""

import json
from typing import Any

from desk import outbox
from desk.desk import Desk
from desk.parcels import Action, Button, Parcel, Purpose
from desk.ports import Unit
from desk.tickets import Ticket

_SENT = "export.sent:"


async def remember(unit: Unit, parcel: Parcel, wish: dict[str, Any]) -> None:
    """What was wished for, until it arrived."""
    await unit.remember(f"{_SENT}{parcel.id}", json.dumps(wish, ensure_ascii=False))


async def arrived(unit: Unit, parcel: Parcel) -> None:
    await unit.remember(f"{_SENT}{parcel.id}", "")


async def refused(desk: Desk, unit: Unit, parcel: Parcel) -> None:
    """A lead who never wrote to the bot is asked what to do."""
    stored = await unit.recall(f"{_SENT}{parcel.id}")
    if stored:
        await unit.remember(f"{_SENT}{parcel.id}", "")
        await ask_here(desk, unit, json.loads(stored))


async def ask_here(desk: Desk, unit: Unit, wish: dict[str, Any]) -> None:
    """«Прислать сюда?», where it was asked for."""
    ticket = await unit.get(Ticket, wish["ticket"]) if wish["ticket"] else None
    label = desk.say("personal.button_export")
    button = Button(label=label, action=Action.EXPORT, ticket=wish["ticket"], arg=str(wish["client"]))
    text, to = desk.say("personal.export_private"), wish["reply_to"]
    if ticket:
        await outbox.to_topic(desk, unit, ticket, text, purpose=Purpose.REPLY, buttons=[[button]], reply_to=to)
    else:
        await outbox.to_general(
            desk, unit, text, purpose=Purpose.REPLY, buttons=[[button]], reply_to=to, thread=wish["thread"],
            at=wish["at"],
        )  # fmt: skip
