"""Asking an engineer for words: their reply to the question within ten minutes is the answer."""

import json
from datetime import datetime, timedelta
from typing import Any

from desk import outbox
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Engineer, Post
from desk.parcels import Purpose
from desk.ports import Unit
from desk.tickets import Ticket

LIVES = timedelta(minutes=10)


async def ask(
    desk: Desk,
    unit: Unit,
    ticket: Ticket,
    engineer: Engineer,
    text: str,
    *,
    reply_to: str = "",
    about: str = "",
    **kept: str,
) -> None:
    """Post the question into the ticket's topic. `about` and `kept` come back with the answer, see `answered`."""
    parcel = await outbox.to_topic(
        desk,
        unit,
        ticket,
        text,
        purpose=Purpose.REPLY,
        mention=f"{engineer.id}:{engineer.name}",
        reply_to=reply_to,
        silent=False,
    )
    await expect(desk, unit, ticket, engineer, parcel.id, about=about, **kept)


async def expect(
    desk: Desk, unit: Unit, ticket: Ticket, engineer: Engineer, parcel_id: int, *, about: str, **kept: str
) -> None:
    """Take that engineer's reply to this message of ours for an answer, for as long as `LIVES`."""
    until = (desk.now() + LIVES).isoformat()
    waiting = {"engineer": engineer.id, "ticket": ticket.id, "until": until, "about": about, "kept": kept}
    await unit.remember(_key(parcel_id), json.dumps(waiting))


async def answered(desk: Desk, unit: Unit, ticket: Ticket, parcel_id: int, post: Post) -> dict[str, Any] | None:
    """What was asked for, when this reply answers it; None when it does not. `forget` it once it was used.

    Refusal `group.ask_forgotten` when it comes too late, and for an answer without words or with a command.
    """
    stored = await unit.recall(_key(parcel_id))
    if not stored or post.to_colleague:
        return None
    asked: dict[str, Any] = json.loads(stored)
    if asked["engineer"] != post.engineer.id or asked["ticket"] != ticket.id:
        return None
    if desk.now() > datetime.fromisoformat(asked["until"]):
        await forget(unit, parcel_id)
        raise Refusal("group.ask_forgotten")
    if not post.text.strip():
        raise Refusal("group.ask_words")
    if post.text.lstrip().startswith("/"):
        raise Refusal("group.slash")
    return asked


async def forget(unit: Unit, parcel_id: int) -> None:
    await unit.remember(_key(parcel_id), "")


def _key(parcel_id: int) -> str:
    return f"ask:{parcel_id}"
