"""Single-use proofs: signed links t.me/<bot>?start=… and the desk's own secret behind them.

A link's payload is `L`, a random 96-bit name and a 96-bit HMAC of it, 33 characters of Telegram's 64. The database
holds a hash of the name: whoever reads a copy of it cannot make links.
"""

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import replace
from datetime import timedelta

from desk.desk import Desk
from desk.people import Client, Door, Key
from desk.ports import Unit
from desk.tickets import Ticket, TicketId

LINK_LIVES = timedelta(days=30)
_BYTES = 12
_SIGN = r"[%-](?:25){0,3}"
_LINK = re.compile(rf"((?i:(?:[?&]|{_SIGN}(?:3F|26))start(?:=|{_SIGN}3D)))L[\w-]+")
"""Also inside of another address: guards against bad links (Outlook's, Mail.ru's, Proofpoint's) wrap them so."""


def disarmed(text: str) -> str:
    """The text without our links: an engineer who pressed one that a client quotes would become the client."""
    return _LINK.sub(r"\1…", text)


async def secret(unit: Unit) -> bytes:
    """The desk's own secret, made at first use and kept with the data."""
    known = await unit.recall("secret")
    if not known:
        known = secrets.token_hex(32)
        await unit.remember("secret", known)
    return bytes.fromhex(known)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _mac(key: bytes, name: bytes) -> bytes:
    return hmac.new(key, b"link:" + name, hashlib.sha256).digest()[:_BYTES]


def _hash(name: bytes) -> str:
    return hashlib.sha256(b"link:" + name).hexdigest()


async def telegram_link(desk: Desk, unit: Unit, client: Client, door: Door, ticket: Ticket) -> str:
    """A link that proves that whoever opens it reads this mailbox; "" when there is no bot or no need.

    No need: the client has a Telegram already. The chat goes on in `ticket`.
    """
    bot = await unit.recall("telegram.username")
    if not bot or await unit.count(Door, client_id=client.id, channel="telegram"):
        return ""
    name = secrets.token_bytes(_BYTES)
    now = desk.now()
    key = await unit.add(
        Key(
            sort="link",
            secret=_hash(name),
            client_id=client.id,
            channel=door.channel,
            address=door.address,
            created_at=now,
            expires_at=now + LINK_LIVES,
        )
    )
    await unit.remember(f"link.ticket:{key.id}", str(ticket.id))
    payload = "L" + _text(name + _mac(await secret(unit), name))
    return f"https://t.me/{bot}?start={payload}"


async def ticket_of(unit: Unit, key: Key) -> TicketId | None:
    """The ticket whose mail carried a link; told once."""
    fact = f"link.ticket:{key.id}"
    stored = await unit.recall(fact)
    await unit.remember(fact, "")
    return TicketId(int(stored)) if stored else None


async def spend(desk: Desk, unit: Unit, payload: str) -> Key | None:
    """The key behind a link's payload, used up by this call; None when it is forged, old or used."""
    try:
        raw = base64.urlsafe_b64decode(payload[1:] + "=" * (-len(payload[1:]) % 4))
    except ValueError:
        return None
    name, mac = raw[:_BYTES], raw[_BYTES:]
    if not payload.startswith("L") or not hmac.compare_digest(mac, _mac(await secret(unit), name)):
        return None
    key = await unit.first(Key, sort="link", secret=_hash(name))
    if key is None or key.used_at or key.expires_at < desk.now():
        return None
    return await unit.save(replace(key, used_at=desk.now()))
