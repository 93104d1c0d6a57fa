"""Six-digit codes that prove a mail address: mailed there, typed in Telegram.

Ten minutes, five tries, three codes an hour per person and per address. What the person reads never tells whether an
address is known to the desk.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import replace
from datetime import timedelta

from desk import clients, doors, keys, linking, outbox, participants
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Incoming
from desk.parcels import Outgoing, Purpose
from desk.people import Client, Door, Key, Proof
from desk.ports import Unit

LIVES = timedelta(minutes=10)
TRIES = 5
AN_HOUR = 3
_CODE = re.compile(r"\s*(\d{3})[\s-]?(\d{3})\s*")
_ADDRESS = re.compile(
    r"[^@\s<>,;:\"'()\[\]\\\x00-\x1f]{1,64}@[a-z0-9а-яё](?:[a-z0-9а-яё.-]{0,250})\.[a-zа-яё0-9-]{2,63}"
)
_LONGEST = 254


def mail_address(text: str) -> str:
    """A mail address in lower case; "" when the text is none."""
    address = text.strip().strip("<>").casefold()
    return address if len(address) <= _LONGEST and _ADDRESS.fullmatch(address) and ".." not in address else ""


async def ask(desk: Desk, unit: Unit, client: Client, door: Door, text: str) -> None:
    """`/email a@b`: mail a code there. Refusal for what is no address, too many codes, or a desk without a mailbox."""
    address = mail_address(text)
    if not address:
        raise Refusal("client.email_how")
    if not desk.settings.mailbox:
        raise Refusal("client.email_none")
    if participants.is_ours(desk, address):
        raise Refusal("client.email_ours")
    now = desk.now()
    since = now - timedelta(hours=1)
    by_person = await unit.count(Key, sort="code", channel=door.address, created_at__gt=since)
    to_address = await unit.count(Key, sort="code", address=address, created_at__gt=since)
    if by_person >= AN_HOUR or to_address >= AN_HOUR:
        raise Refusal("client.email_too_often")
    code = f"{secrets.randbelow(1_000_000):06d}"
    await unit.change(Key, {"expires_at": now}, sort="code", channel=door.address, used_at=None)
    await unit.add(
        Key(
            sort="code",
            secret=_hash(await keys.secret(unit), code, address),
            client_id=client.id,
            channel=door.address,
            address=address,
            created_at=now,
            expires_at=now + LIVES,
        )
    )
    await _mail(desk, unit, client, address, code)


async def _mail(desk: Desk, unit: Unit, client: Client, address: str, code: str) -> None:
    language = clients.language(desk, client)
    name = desk.settings.desk.name
    message = Outgoing(
        channel="mail",
        place=address,
        purpose=Purpose.CODE,
        text=desk.say("client.code_mail", language, name=name),
        code=code,
        subject=desk.say("client.code_subject", language, name=name),
        mailbox=desk.settings.mailbox[0].name,
        automatic=True,
    )
    await outbox.send(desk, unit, message, lane=f"mail:{address}")


def _hash(secret: bytes, code: str, address: str) -> str:
    return hmac.new(secret, f"code:{code}:{address}".encode(), hashlib.sha256).hexdigest()


async def typed(desk: Desk, unit: Unit, door: Door, client: Client, incoming: Incoming) -> bool:
    """Whether the message was a code that this person had been asked for; it is then answered here."""
    match = _CODE.fullmatch(incoming.text)
    if door.channel != "telegram" or not match or incoming.files:
        return False
    now = desk.now()
    key = await unit.first(Key, sort="code", channel=door.address, used_at=None, expires_at__gt=now, order="-id")
    if key is None:
        return await _too_late(desk, unit, door, client, incoming, match[1] + match[2])
    if not hmac.compare_digest(key.secret, _hash(await keys.secret(unit), match[1] + match[2], key.address)):
        tries = key.tries + 1
        over = tries >= TRIES
        await unit.save(replace(key, tries=tries, expires_at=now if over else key.expires_at))
        said = clients.say(desk, client, "client.code_over" if over else "client.code_wrong", left=TRIES - tries)
    else:
        await unit.save(replace(key, used_at=now))
        await prove(desk, unit, client, door, key.address)
        said = clients.say(desk, client, "client.code_right", address=key.address)
    await outbox.to_door(desk, unit, door, Purpose.REPLY, said, reply_to=incoming.external_id)
    return True


async def _too_late(  # noqa: PLR0917 - the message and its sender
    desk: Desk, unit: Unit, door: Door, client: Client, incoming: Incoming, digits: str
) -> bool:
    """Whether it was a code that is of no use any more; other digits are words like any others and make a ticket."""
    now = desk.now()
    secret = await keys.secret(unit)
    for key in await unit.find(Key, sort="code", channel=door.address, created_at__gt=now - timedelta(hours=1)):
        over = key.tries >= TRIES and now < key.created_at + LIVES
        if over or hmac.compare_digest(key.secret, _hash(secret, digits, key.address)):
            said = clients.say(desk, client, "client.code_over" if over else "client.code_old")
            await outbox.to_door(desk, unit, door, Purpose.REPLY, said, reply_to=incoming.external_id)
            return True
    return False


async def prove(desk: Desk, unit: Unit, client: Client, by: Door, address: str) -> None:
    """The client, who wrote through `by`, reads the mail of this address: it is theirs, with what was said there."""
    owner = await doors.at(unit, "mail", address)
    if owner is None:
        await linking.add_door(desk, unit, client, by, "mail", address, proof=Proof.CODE)
        return
    if owner.shut_at:  # the code arrived there
        opened: dict[str, object] = {"shut_at": None, "shut_reason": ""}
        await unit.change(Door, opened, channel="mail", address=address)
    if owner.client_id != client.id:
        await linking.join(desk, unit, client.id, owner.client_id, proof=Proof.CODE, by=client.name)
