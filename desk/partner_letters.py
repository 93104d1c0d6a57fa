"""What a partner is written about a ticket: the words of the hand-over, the client's own, their files; as a mail.

Rule: never an engineer's note, never a secret (those are covered where they are stored), never somebody else's words;
who the client is and how to reach them only where the line says `share_client`. The partner's thread is apart from the
client's: no mail of one names a mail of the other.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from desk import keys, letters, outbox
from desk.cards import doors_in_words
from desk.desk import Desk
from desk.moments import day_in_words
from desk.organisations import Organisation
from desk.parcels import Enclosure, Outgoing, Parcel, Purpose
from desk.people import Client, Door
from desk.ports import Unit
from desk.settings import Line
from desk.tickets import File, Kind, Message, Participant, Role, Ticket, Trace
from desk.wire import pack, unpack

ROOM = 8_000
"""Characters of the client's words in a letter: their first message, then the newest that fit."""

FILES = 30
"""Files of one letter, the newest."""

TAG = "p"
"""Ends the number in the tag of the address that a partner answers to: theirs proves nobody to be the client."""

HIDDEN = "[…]"
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_PHONE = re.compile(r"(?<![\w+])(?:\+\d|8)[\d ()-]{9,18}\d(?!\w)")
_NAME = re.compile(r"(?<!\w)@\w{4,32}")
_LONG_NAME = 4


async def first_letter(desk: Desk, unit: Unit, ticket: Ticket, line: Line, words: str) -> tuple[str, list[File]]:
    """The letter that hands a ticket over, and the client's files that go with it."""
    language = line.language or desk.settings.desk.language
    client = await unit.get(Client, ticket.client_id)
    theirs = await _words_of_client(unit, ticket)
    shown, left_out = _that_fit(theirs)
    parts = [desk.say("partner.letter", language, number=desk.number(ticket.id)), words]
    if line.share_client:
        parts.append(await _who(desk, unit, ticket, client, language))
    if left_out:
        parts.append(desk.say("partner.left_out", language, count=left_out))
    for message in shown:
        day = day_in_words(language, message.at, timezone=desk.settings.desk.timezone)
        text = message.text if line.share_client else without_contacts(message.text, client)
        parts.append(f"{desk.say('partner.client_wrote', language, day=day)}\n{text}")
    files = await unit.find(File, message_id__in=[one.id for one in theirs], key__ne="")
    return keys.disarmed("\n\n".join(part for part in parts if part.strip())), files[-FILES:]


async def _words_of_client(unit: Unit, ticket: Ticket) -> list[Message]:
    """What the client themselves wrote here: not who else takes part, nor a client who was one with them."""
    own = [door.id for door in await unit.find(Door, client_id=ticket.client_id)]
    return await unit.find(Message, ticket_id=ticket.id, kind=Kind.WORDS, door_id__in=own, withdrawn_at=None)


def _that_fit(messages: Sequence[Message]) -> tuple[list[Message], int]:
    """The first message and the newest ones, in order; how many in between are left out."""
    said = [one for one in messages if one.text.strip()]
    room = ROOM - sum(len(one.text) for one in said[:1])
    last: list[Message] = []
    for message in reversed(said[1:]):
        room -= len(message.text)
        if room < 0:
            break
        last.insert(0, message)
    return [*said[:1], *last], len(said[1:]) - len(last)


async def _who(desk: Desk, unit: Unit, ticket: Ticket, client: Client | None, language: str) -> str:
    doors = [door for door in await unit.find(Door, client_id=ticket.client_id) if not door.claimed]
    company = await unit.get(Organisation, ticket.organisation_id) if ticket.organisation_id else None
    name = ", ".join([*([client.name] if client else []), *([company.name] if company else [])])
    return desk.say("partner.client", language, name=name, doors=doors_in_words(desk, doors))


def without_contacts(text: str, client: Client | None) -> str:
    """The text without mail addresses, phone numbers, @names and the client's own name."""
    for pattern in (_MAIL, _PHONE, _NAME):
        text = pattern.sub(HIDDEN, text)
    name = client.name.strip() if client else ""
    if len(name) >= _LONG_NAME:
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", HIDDEN, text, flags=re.IGNORECASE)
    return text


async def send(  # noqa: PLR0917 - the message, and to whom it goes about what
    desk: Desk,
    unit: Unit,
    ticket: Ticket,
    partner: Participant,
    message: Message,
    text: str,
    *,
    share_client: bool,
    files: Sequence[File | Enclosure] = (),
    delay: timedelta = timedelta(0),
) -> Parcel:
    """Queue a mail to the partner in their own thread of the ticket."""
    ids, place = await _thread(unit, ticket, partner)
    subject = letters.subject_of(desk, ticket, again=bool(ids))
    if not share_client:
        subject = without_contacts(subject, await unit.get(Client, ticket.client_id))
    words = Outgoing(
        channel="mail",
        place=partner.address,
        purpose=Purpose.PARTNER,
        ticket=ticket.id,
        number=f"{desk.number(ticket.id)}{TAG}",
        text=text,
        files=tuple(outbox.enclosure(file) for file in files),
        subject=subject,
        to_name=partner.name,
        mailbox=place or await _mailbox(desk, unit, ticket),
        in_reply_to=ids[-1] if ids else "",
        references=tuple(ids),
    )
    return await outbox.send(desk, unit, words, lane=f"mail:{partner.address}", message_id=message.id, delay=delay)


async def _thread(unit: Unit, ticket: Ticket, partner: Participant) -> tuple[list[str], str]:
    """The ids of the mails between us and this very partner, oldest first, and the mailbox that they went by."""
    traces = await unit.find(
        Trace, channel="mail", ticket_id=ticket.id, role=Role.PARTNER, order="-id", limit=letters.REFERENCES
    )
    ids = [one.message_id for one in traces if one.message_id]
    messages = await unit.find(Message, id__in=ids) if ids else []
    theirs = {message.id for message in messages if message.data.get("partner") == partner.address}
    found = [trace for trace in reversed(traces) if trace.message_id in theirs]
    return [trace.external_id for trace in found], found[-1].place if found else ""


async def _mailbox(desk: Desk, unit: Unit, ticket: Ticket) -> str:
    """The mailbox that the client writes to, or else the first."""
    boxes = [box.name for box in desk.settings.mailbox]
    door = await unit.get(Door, ticket.door_id)
    return door.place if door and door.place in boxes else next(iter(boxes), "")


async def change(unit: Unit, parcel: Parcel, text: str) -> None:
    """The words were changed before they had gone."""
    await unit.save(replace(parcel, body=pack(replace(unpack(parcel.body, parcel.id), text=text))))
