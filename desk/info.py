"""What a client's message and press do for the information that a ticket needs, besides being words in it."""

from dataclasses import dataclass, replace

from desk import clients, details, fields, lists, outbox, progress, replies, secret_fields, series
from desk.accounts import Source
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Incoming, Press
from desk.masking import MASK, again
from desk.parcels import Action, Parcel
from desk.people import Client, Door
from desk.ports import Unit
from desk.series import EACH, SKIP
from desk.settings import InfoField
from desk.tickets import Message, Status, Ticket, Trace
from desk.wire import unpack


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a message was meant for: the question of a series, or a list."""

    field: InfoField | None = None
    listed: bool = False

    def below(self, desk: Desk) -> str:
        """The line below the words in the topic: without it «4.2» says nothing."""
        if self.field is None:
            return ""
        return desk.say("fields.answer_to", field=fields.title(self.field, desk.settings.desk.language))


NOTHING = Meaning()


async def before(desk: Desk, unit: Unit, ticket: Ticket, door: Door, incoming: Incoming) -> tuple[Incoming, Meaning]:
    """The message as it is to be stored, secrets covered, and what it was meant for."""
    if not desk.settings.field:
        return incoming, NOTHING
    field = await series.meant(desk, unit, ticket, door, incoming)
    if field:
        return series.veiled(incoming, field), Meaning(field=field)
    if not await lists.listens(unit, ticket, door, incoming):
        return incoming, NOTHING
    return await _listed_secrets(desk, unit, ticket, incoming), Meaning(listed=True)


async def is_asked(unit: Unit, client: Client) -> bool:
    """Whether some question of ours waits for the client's answer."""
    for ticket in await unit.find(Ticket, client_id=client.id, status__ne=Status.CLOSED):
        asking = await progress.load(unit, ticket)
        if ticket.status is Status.WAITING or asking.name or (ticket.status is Status.NEW and asking.listed):
            return True
    return False


async def _listed_secrets(desk: Desk, unit: Unit, ticket: Ticket, incoming: Incoming) -> Incoming:
    """A secret in a numbered reply has no label; it is covered all the same."""
    asked, found = await lists.read_back(desk, unit, ticket, incoming.text)
    given, text = dict(incoming.secrets), incoming.text
    for field in asked:
        value = found.get(field.name, "")
        if field.secret and value and MASK not in value:
            given.setdefault(field.name, value)
            text = replies.without(again(text, value), value)
    return replace(incoming, text=text, secrets=tuple(given.items()))


async def after(  # noqa: PLR0917 - the message, its sender and its ticket
    desk: Desk,
    unit: Unit,
    ticket: Ticket,
    client: Client,
    incoming: Incoming,
    message: Message,
    meaning: Meaning = NOTHING,
) -> None:
    """Take from a stored message what it tells, and go on asking."""
    if not desk.settings.field:
        return
    await secret_fields.kept(desk, unit, ticket, incoming)
    filled = await details.heard(desk, unit, ticket, message, incoming.secrets, signature=incoming.signature)
    if meaning.field:
        await series.answered(desk, unit, ticket, client, message, meaning.field, filled)
    elif meaning.listed:
        await lists.heard(desk, unit, ticket, client, message, thank=incoming.channel == "telegram")


async def edited(desk: Desk, unit: Unit, ticket: Ticket, message: Message) -> None:
    """A message says something else now: so does what it had filled."""
    if not desk.settings.field:
        return
    names = await details.filled_by(unit, message)
    have = await details.record(desk, unit, ticket)
    filled = await details.heard(desk, unit, ticket, message)
    field = details.field_named(desk, names[0]) if len(names) == 1 else None
    if field and not field.secret and (field.name not in have or have[field.name].source is Source.CLIENT):
        await series.corrected(desk, unit, ticket, message, field, filled)
    await outbox.card(desk, unit, ticket)


async def moved(desk: Desk, unit: Unit, message: Message, old: Ticket, fresh: Ticket) -> None:
    """A message belongs to a ticket of its own: what it told goes with it, and the new ticket's questions begin."""
    if not desk.settings.field:
        return
    await details.move_along(desk, unit, message, old, fresh)
    await details.heard(desk, unit, fresh, message)
    await outbox.card(desk, unit, old)
    await series.begin(desk, unit, fresh)


async def pressed(desk: Desk, unit: Unit, client: Client, ticket: Ticket, press: Press) -> str:
    """A client chose an answer, skipped a question or wants the questions of a list one by one; what was done."""
    if ticket.status is Status.CLOSED:
        raise Refusal("client.closed_already")
    now = await progress.load(unit, ticket)
    language = clients.language(desk, client, ticket)
    trace = await unit.first(Trace, channel="telegram", place=press.place, external_id=press.external_id)
    parcel = await unit.get(Parcel, trace.parcel_id) if trace and trace.parcel_id else None
    if parcel is None:
        raise Refusal("client.button_old")
    if press.arg == EACH:
        runs = now.pulled and now.name  # a second press of the same button asks nothing twice
        if parcel.id != now.list_parcel or not (runs or await series.pull(desk, unit, ticket, now)):
            raise Refusal("client.button_old")
        return desk.say("fields.one_by_one", language)
    name = {**now.past, str(now.parcel): now.name}.get(str(parcel.id), "")
    field = details.field_named(desk, name) if name else None
    if field is None:
        raise Refusal("client.button_old")
    said = await _pressed(desk, unit, client, ticket, press, parcel, field)
    if parcel.id == now.parcel and now.name:
        await series.go_on(desk, unit, ticket, now, language)
    await outbox.card(desk, unit, ticket)
    if not await lists.settle(desk, unit, ticket):
        await unit.change(Ticket, {"active_at": desk.now()}, id=ticket.id)
    return said


async def _pressed(  # noqa: PLR0917 - the question, its answer and whose they are
    desk: Desk, unit: Unit, client: Client, ticket: Ticket, press: Press, parcel: Parcel, field: InfoField
) -> str:
    language, name = clients.language(desk, client, ticket), fields.title(field, desk.settings.desk.language)
    if press.arg == SKIP:
        await details.do_without(desk, unit, ticket, field, client.name, skipped=True)
        await details.audited(desk, unit, ticket, client.name, "field skipped", field)
        told = desk.say("fields.skipped_by", name=client.name, field=name)
        await outbox.to_topic(desk, unit, ticket, told, silent=True)
        return desk.say("fields.skipped", language)
    buttons = [button for row in unpack(parcel.body, parcel.id).buttons for button in row]
    label = next((one.label for one in buttons if one.action is Action.FIELD and one.arg == press.arg), "")
    value = fields.check(field, label, desk.current.setup.patterns, desk.settings.desk.language) if label else ""
    if not value:
        raise Refusal("client.button_old")
    await details.put(desk, unit, ticket, field, value, Source.CLIENT, by=client.name)
    await details.audited(desk, unit, ticket, client.name, "field answered", field, value)
    told = desk.say("fields.chosen_by", name=client.name, field=name, value=value)
    await outbox.to_topic(desk, unit, ticket, told, silent=True)
    return label
