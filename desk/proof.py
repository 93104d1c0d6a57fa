"""What the desk kept of what came in and what became of what it said: for a page that shows that nothing gets lost.

Rule: it only reads, and it answers also while the desk itself is dead.
"""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any

from desk.desk import Desk
from desk.incoming import Raw, RawState
from desk.parcels import Parcel, ParcelState, Purpose
from desk.tickets import TO_CLIENT, Kind, Message, Ticket

Json = dict[str, Any]

ANSWERS = (Purpose.ANSWER, Purpose.QUESTION, Purpose.CLOSING)
"""What engineers say to clients."""
_PLACES = ("message", "edited_message")
_NEW, _ON_THE_WAY = (RawState.NEW, RawState.WORKING), (ParcelState.QUEUED, ParcelState.SENDING)


class Proof:
    """Counts in a desk's database. What has been read once is not read again: raw messages never go."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._heard: set[str] = set()
        self._mails = 0
        self._mark = 0

    def working(self, at: datetime) -> bool:
        """Whether the company works at that moment."""
        return self._desk.calendar.is_working(at)

    async def sent_since(self, at: datetime) -> dict[str, int]:
        """How much has gone out since then by its purpose, and how many tickets were "closed"."""
        async with self._desk.view() as view:
            sent = await view.find(Parcel, state=ParcelState.SENT, sent_at__ge=at)
            closed = await view.count(Ticket, closed_at__ge=at)
        return dict(Counter(parcel.purpose.value for parcel in sent)) | ({"closed": closed} if closed else {})

    async def kept(self) -> Json:
        """What clients said and what they were told, as the database has it.

        "heard": "chat:message" of everything that came over Telegram; "mails": so many came by mail; "waiting",
        "quarantined": of all that came; "words": what stands in tickets; "answers" with what became of them.
        """
        async with self._desk.view() as view:
            for raw in await view.find(Raw, id__gt=self._mark):
                self._note(raw)
            waiting = await view.count(Raw, state__in=_NEW)
            quarantined = await view.count(Raw, state=RawState.QUARANTINED)
            words = await view.count(Message, kind=Kind.WORDS)
            parcels = await view.find(Parcel, purpose__in=ANSWERS)
            written = await view.count(Message, kind__in=tuple(TO_CLIENT - {Kind.NOTICE}))
        return {
            "heard": self._heard, "mails": self._mails, "waiting": waiting, "quarantined": quarantined, "words": words,
            "written": written, "answers": _fates(parcels),
        }  # fmt: skip

    def _note(self, raw: Raw) -> None:
        if raw.id <= self._mark:
            return  # somebody who asked at the same time was quicker
        self._mark = raw.id
        if raw.channel == "mail":
            self._mails += 1
        for key in _messages(raw):
            self._heard.add(key)


def _messages(raw: Raw) -> Iterator[str]:
    """The Telegram messages that the raw update is about."""
    with suppress(ValueError):
        update = json.loads(raw.body) if raw.channel == "telegram" and raw.body else {}
        for place in _PLACES:
            if message := update.get(place):
                yield f"{message['chat']['id']}:{message['message_id']}"


def _fates(parcels: list[Parcel]) -> dict[str, int]:
    states = Counter(parcel.state for parcel in parcels)
    return {
        "all": len(parcels),
        "sent": states[ParcelState.SENT],
        "waiting": sum(states[state] for state in (*_ON_THE_WAY, ParcelState.HELD)),
        "failed": states[ParcelState.FAILED],
        "withdrawn": states[ParcelState.WITHDRAWN],
    }
