"""What the bot asks a client for beside their requests: what is new, a mail address, a phone number, a language.

Each is offered by buttons and can be called off by one; what was asked for long ago is asked for no more.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from desk import choosing, clients, codes, linking, outbox, switching
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Incoming, Press
from desk.language import of_app
from desk.parcels import Action, Button, Purpose
from desk.people import Client, Door
from desk.ports import Unit
from desk.texts import LANGUAGES

LIVES = timedelta(minutes=10)
"""How long an address or a number is waited for; afterwards it is a message like any other."""

Question = tuple[str, Sequence[Sequence[Button]]]


async def new(desk: Desk, unit: Unit, place: str, language: str) -> Question:
    """The next message makes a new request."""
    await unit.remember(choosing.new_key(place), "1")
    await switching.forget(unit, place)
    return desk.say("client.new", language), [[_cancel(desk, language, "new")]]


async def address(desk: Desk, unit: Unit, place: str, language: str) -> Question:
    """A mail address, as the next message."""
    await _want(desk, unit, "email", place)
    return desk.say("client.email_ask", language), [[_cancel(desk, language, "email")]]


async def phone(desk: Desk, unit: Unit, place: str, language: str) -> Question:
    """A phone number, by the button that Telegram vouches for."""
    await _want(desk, unit, "phone", place)
    share = Button(label=desk.say("client.button_phone", language), action=Action.CONTACT)
    return desk.say("client.phone_ask", language), [[share]]


def which_language(desk: Desk, language: str) -> Question:
    buttons = [Button(label=desk.say("client.language", one), action=Action.LANG, arg=one) for one in LANGUAGES]
    return desk.say("client.language_which", language), [buttons]


def _cancel(desk: Desk, language: str, what: str) -> Button:
    return Button(label=desk.say("client.button_cancel", language), action=Action.CANCEL, arg=what)


# Answers


async def answered(desk: Desk, unit: Unit, door: Door, client: Client, incoming: Incoming) -> bool:
    """Whether a message is what this chat was asked for; it is then dealt with here and makes no request."""
    if incoming.channel != "telegram" or incoming.group:
        return False
    if incoming.contact and incoming.contact.own and await _wanted(desk, unit, "phone", incoming.place):
        await linking.own_phone(desk, unit, client, door, incoming.contact)
        taken_away = [[Button(label="", action=Action.CONTACT, arg="off")]]
        await _say(desk, unit, door, incoming, clients.say(desk, client, "client.phone_noted"), buttons=taken_away)
        return True
    typed = codes.mail_address(incoming.text) if "@" in incoming.text and not incoming.files else ""
    if not typed or not await _wanted(desk, unit, "email", incoming.place):
        return False
    try:
        await codes.ask(desk, unit, client, door, typed)
    except Refusal as refusal:
        await _say(desk, unit, door, incoming, clients.say(desk, client, refusal.key, **refusal.values))
    else:
        await _say(desk, unit, door, incoming, clients.say(desk, client, "client.email_sent", address=typed))
    return True


async def _say(
    desk: Desk, unit: Unit, door: Door, incoming: Incoming, text: str, *, buttons: Sequence[Sequence[Button]] = ()
) -> None:
    await outbox.to_door(desk, unit, door, Purpose.REPLY, text, buttons=buttons, thread=incoming.thread)


async def _want(desk: Desk, unit: Unit, what: str, place: str) -> None:
    await unit.remember(f"want-{what}:telegram:{place}", (desk.now() + LIVES).isoformat())


async def _wanted(desk: Desk, unit: Unit, what: str, place: str) -> bool:
    """Whether it was asked for lately; it is spent by that."""
    until = await unit.recall(f"want-{what}:telegram:{place}")
    if until:
        await unit.remember(f"want-{what}:telegram:{place}", "")
    return bool(until) and desk.now() <= datetime.fromisoformat(until)


# Presses


async def _tell(desk: Desk, unit: Unit, press: Press, question: Question) -> str:
    now = desk.now()
    nobody = Door(client_id=clients.NOBODY, channel="telegram", address=press.place, created_at=now, used_at=now)
    text, buttons = question
    await outbox.to_door(desk, unit, nobody, Purpose.REPLY, text, buttons=buttons, thread=press.thread)
    return ""


async def language(desk: Desk, unit: Unit, client: Client | None, press: Press) -> str:
    """That of who pressed, also before their first request."""
    if client:
        return clients.language(desk, client)
    chosen = await unit.recall(f"lang:telegram:{press.place}")
    return chosen or of_app(press.person.app_language) or desk.settings.desk.language


async def new_pressed(desk: Desk, unit: Unit, client: Client | None, press: Press) -> str:
    spoken = await language(desk, unit, client, press)
    return await _tell(desk, unit, press, await new(desk, unit, press.place, spoken))


async def languages_pressed(desk: Desk, unit: Unit, client: Client | None, press: Press) -> str:
    return await _tell(desk, unit, press, which_language(desk, await language(desk, unit, client, press)))


async def cancelled(desk: Desk, unit: Unit, client: Client | None, press: Press) -> str:
    """Never mind: what was asked for is asked for no more."""
    key = {"new": choosing.new_key(press.place), "email": f"want-email:telegram:{press.place}"}.get(press.arg)
    if key is None:
        raise Refusal("client.button_old")
    await unit.remember(key, "")
    return desk.say("client.cancelled", await language(desk, unit, client, press))
