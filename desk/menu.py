"""Clients' commands in their chat with the bot."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from desk import (
    agreeing,
    asking_clients,
    banned,
    choosing,
    client_presses,
    clients,
    codes,
    doors,
    exporting,
    intake,
    keys,
    linking,
    other_ways,
    outbox,
    rated,
    senders,
    suggesting,
    switching,
)
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Incoming
from desk.language import of_app
from desk.parcels import Action, Button, Purpose
from desk.people import Client, ClientId, Door, Key, Proof
from desk.ports import Unit
from desk.texts import LANGUAGES
from desk.tickets import Status, Ticket

LISTED = 20

Verb = Callable[[Desk, Unit, Incoming, str], Awaitable[None]]


async def obey(desk: Desk, incoming: Incoming, command: str, argument: str) -> None:
    """Carry out a client's command; what cannot be done is said in their chat."""
    async with desk.unit() as unit:
        verb = COMMANDS[command]
        door = await choosing.door_of_chat(unit, incoming.place)
        client = await unit.get(Client, door.client_id) if door else None
        if door and client and await banned.heard(desk, unit, door, client, incoming):
            await unit.commit()
            return
        try:
            await verb(desk, unit, incoming, argument.strip())
        except Refusal as refusal:
            await _say(desk, unit, incoming, refusal.key, **refusal.values)
        await unit.commit()


async def door_moved(desk: Desk, chat_id: str, shut: bool) -> None:
    """A client blocked the bot, or let it in again."""
    async with desk.unit() as unit:
        door = await choosing.door_of_chat(unit, chat_id)
        if door and (door.shut_at is not None) != shut:
            at = desk.now() if shut else None
            await unit.save(replace(door, shut_at=at, shut_reason="blocked" if shut else ""))
            if not shut:  # what could not be delivered for want of a door may be tried again
                await unit.change(Ticket, {"held_reason": ""}, client_id=door.client_id, status__ne=Status.CLOSED)
            key = "group.blocked" if shut else "group.unblocked"
            for ticket in await unit.find(Ticket, client_id=door.client_id, status__ne=Status.CLOSED):
                await outbox.to_topic(desk, unit, ticket, desk.say(key, name=door.name), silent=True)
                await outbox.card(desk, unit, ticket)
            client = await unit.get(Client, door.client_id)
            if client and not shut:
                await other_ways.hand_over(desk, unit, client)
        await unit.commit()


async def _client(unit: Unit, incoming: Incoming) -> Client | None:
    door = await choosing.door_of_chat(unit, incoming.place)
    return await unit.get(Client, door.client_id) if door else None


async def language(desk: Desk, unit: Unit, incoming: Incoming) -> str:
    """The client's language; before their first request what they chose by /lang, else their app's."""
    client = await _client(unit, incoming)
    if client:
        return clients.language(desk, client)
    chosen = await unit.recall(f"lang:telegram:{incoming.place}")
    return chosen or of_app(incoming.sender.app_language) or desk.settings.desk.language


async def _say(desk: Desk, unit: Unit, incoming: Incoming, key: str, /, **values: object) -> None:
    said = desk.say(key, await language(desk, unit, incoming), **values)
    await _send(desk, unit, incoming, said)


async def _send(
    desk: Desk, unit: Unit, incoming: Incoming, text: str, buttons: Sequence[Sequence[Button]] = ()
) -> None:
    """Answer in the chat; it need not belong to a client yet."""
    now = desk.now()
    nobody = Door(
        client_id=ClientId(0), channel="telegram", address=incoming.place, name="", created_at=now, used_at=now
    )
    await outbox.to_door(desk, unit, nobody, Purpose.REPLY, text, buttons=buttons, thread=incoming.thread)


async def _start(desk: Desk, unit: Unit, incoming: Incoming, argument: str) -> None:
    if argument.startswith("L"):
        await _link(desk, unit, incoming, argument)
        return
    spoken = await language(desk, unit, incoming)
    said = desk.say("client.start", spoken, name=desk.settings.desk.name)
    await _send(desk, unit, incoming, said, switching.buttons_at_start(desk, spoken))


async def _link(desk: Desk, unit: Unit, incoming: Incoming, payload: str) -> None:
    """`t.me/<bot>?start=…` from our mail: whoever opens it reads that mailbox."""
    key = await keys.spend(desk, unit, payload)
    there = await doors.all_at(unit, key.channel, key.address) if key else []
    owner = there[0] if there else None  # whom the address belongs to before who only claimed it
    if key is None or owner is None:
        await _say(desk, unit, incoming, "client.link_old")
        return
    _, client, _ = await senders.door_for(desk, unit, incoming)
    other = await unit.first(Door, client_id=owner.client_id, channel="telegram")
    if other and other.client_id != client.id:
        # The mail's owner has another Telegram: the link may have been passed on. Engineers decide.
        await suggesting.suggest(desk, unit, client.id, owner.client_id, reason="second_telegram", value=key.address)
        await _say(desk, unit, incoming, "client.link_asked")
        return
    joined = await linking.join(desk, unit, client.id, owner.client_id, proof=Proof.LINK, by=client.name)
    if owner.claimed:  # nobody else has this address, and who opens the link reads its mail
        await unit.change(Door, {"claimed": False, "proof": Proof.LINK}, id=owner.id)
    # The mail may have been the answer to one that only claimed to come from there: its reader takes it for theirs.
    written_to = await linking.root(unit, key.client_id)
    if any(door.client_id == written_to for door in await doors.all_at(unit, key.channel, key.address)):
        joined = await linking.join(desk, unit, joined.id, written_to, proof=Proof.LINK, by=client.name)
    ticket = await _go_on_here(desk, unit, joined, key)
    await _say(desk, unit, incoming, "client.linked", address=key.address)
    if ticket:
        await agreeing.show(desk, unit, ticket, joined, incoming.place)
        await rated.show(desk, unit, ticket, joined, incoming.place)


async def _go_on_here(desk: Desk, unit: Unit, client: Client, key: Key) -> Ticket | None:
    """The client's ticket whose mail carried the link: while it is open, the next message here continues it."""
    ticket_id = await keys.ticket_of(unit, key)
    ticket = await unit.get(Ticket, ticket_id) if ticket_id else None
    if ticket is None or ticket.client_id != client.id:
        return None
    return ticket if ticket.status is Status.CLOSED else await unit.save(replace(ticket, active_at=desk.now()))


async def _new(desk: Desk, unit: Unit, incoming: Incoming, argument: str) -> None:
    if argument or incoming.files:
        await intake.take_in(desk, unit, replace(incoming, text=argument), fresh=True)
        return
    spoken = await language(desk, unit, incoming)
    await _send(desk, unit, incoming, *await asking_clients.new(desk, unit, incoming.place, spoken))


async def _my(desk: Desk, unit: Unit, incoming: Incoming, argument: str) -> None:  # noqa: ARG001 - one shape for all
    client = await _client(unit, incoming)
    shown = await switching.listed(desk, unit, client, incoming.place) if client else None
    if shown is None:
        await _say(desk, unit, incoming, "client.my_none")
        return
    await switching.show(desk, unit, replace(shown, thread=incoming.thread))


async def _close(desk: Desk, unit: Unit, incoming: Incoming, argument: str) -> None:  # noqa: ARG001 - one shape for all
    """Always by a button: a ticket is not closed by a slip of the finger."""
    client = await _client(unit, incoming)
    alive = (
        await unit.find(Ticket, client_id=client.id, status__ne=Status.CLOSED, order="-active_at", limit=LISTED)
        if client
        else []
    )
    if not alive:
        await _say(desk, unit, incoming, "client.close_none")
        return
    spoken = await language(desk, unit, incoming)
    buttons = [
        [Button(label=f"{desk.number(one.id)} · {one.subject}", action=Action.CLOSE_BY_CLIENT, ticket=one.id)]
        for one in alive
    ]
    await _send(desk, unit, incoming, desk.say("client.close_which", spoken), buttons)


async def _email(desk: Desk, unit: Unit, incoming: Incoming, argument: str) -> None:
    if not argument and desk.settings.mailbox:
        spoken = await language(desk, unit, incoming)
        await _send(desk, unit, incoming, *await asking_clients.address(desk, unit, incoming.place, spoken))
        return
    door, client, _ = await senders.door_for(desk, unit, incoming)
    await codes.ask(desk, unit, client, door, argument)
    await _say(desk, unit, incoming, "client.email_sent", address=codes.mail_address(argument))


async def _lang(desk: Desk, unit: Unit, incoming: Incoming, argument: str) -> None:
    wanted = argument.casefold()[:2]
    if wanted in LANGUAGES:
        client = await _client(unit, incoming)
        said = await client_presses.language(desk, unit, client, incoming.place, wanted)
        await _send(desk, unit, incoming, said)
        return
    await _send(desk, unit, incoming, *asking_clients.which_language(desk, await language(desk, unit, incoming)))


async def _phone(desk: Desk, unit: Unit, incoming: Incoming, argument: str) -> None:  # noqa: ARG001 - one shape for all
    """The number comes by Telegram's own button: typed, it would prove nothing."""
    spoken = await language(desk, unit, incoming)
    await _send(desk, unit, incoming, *await asking_clients.phone(desk, unit, incoming.place, spoken))


async def _export(desk: Desk, unit: Unit, incoming: Incoming, argument: str) -> None:
    client = await _client(unit, incoming)
    await _send(desk, unit, incoming, await exporting.wanted(desk, unit, client, incoming, argument))


async def _help(desk: Desk, unit: Unit, incoming: Incoming, argument: str) -> None:  # noqa: ARG001 - one shape for all
    await _say(desk, unit, incoming, "client.help", name=desk.settings.desk.name)


COMMANDS: dict[str, Verb] = {
    "start": _start,
    "new": _new,
    "my": _my,
    "close": _close,
    "email": _email,
    "phone": _phone,
    "lang": _lang,
    "export": _export,
    "help": _help,
}
"""Every command of a client's chat; `docs/commands.md` names the same."""
