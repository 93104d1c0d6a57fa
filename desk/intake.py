"""A client's message comes in: whose it is, which ticket it belongs to, what follows. One unit, one commit."""

from dataclasses import replace

from desk import (
    admitting,
    agreeing,
    asking_clients,
    banned,
    belonging,
    bounces,
    bursts_of_words,
    choosing,
    client_topics,
    codes,
    conduct,
    confirming,
    conversation,
    deadlines,
    floods,
    info,
    linking,
    loops,
    machines,
    marks,
    on_call,
    opening,
    other_question,
    outbox,
    oversize,
    participants,
    partner_answers,
    rated,
    second_hand,
    secret_fields,
    senders,
    subscribing,
    suggesting,
    work,
)
from desk.choosing import Choice, How
from desk.confirming import Said
from desk.desk import Desk
from desk.incoming import Incoming, Sort
from desk.language import heard
from desk.marks import Mark
from desk.people import Client, Door
from desk.ports import Unit
from desk.tickets import File, Kind, Message, Role, Status, Ticket, Trace
from desk.watchers import client_wrote as watchers_hear


async def receive(desk: Desk, incoming: Incoming) -> None:
    """Take one message in. Raises nothing for a message that can be read; the caller's unit is this one's."""
    async with desk.unit() as unit:
        await take_in(desk, unit, incoming)
        await unit.commit()


async def take_in(desk: Desk, unit: Unit, incoming: Incoming, *, fresh: bool = False) -> None:
    """The same inside a unit; `fresh`: the client asked for a new ticket."""
    incoming = secret_fields.veiled(desk, incoming)
    if incoming.sort is Sort.OWN:
        return
    if incoming.sort is Sort.BOUNCE:
        await bounces.received(desk, unit, incoming)
        return
    incoming, forwarder = await second_hand.as_original(desk, unit, incoming)
    if await _seen(unit, incoming):
        await secret_fields.came_again(desk, unit, incoming)
        return
    named = await marks.of(desk, unit, incoming) if incoming.channel == "mail" else []
    if await _of_no_client(desk, unit, incoming, named):
        return
    door, client, known = await senders.door_for(desk, unit, incoming, named)
    client = await _hear_language(unit, client, incoming)
    if await _dealt_with(desk, unit, door, client, incoming, fresh=fresh):
        return
    incoming = replace(incoming, flood=await floods.rises(unit, door, incoming))
    before, (client, signals) = client, await belonging.recognised(desk, unit, door, client)
    # Tickets became the organisation's with them: what the mail names is read as it is now.
    named = await marks.of(desk, unit, incoming) if named and client != before else named
    choice = await choosing.choose(desk, unit, door, client, incoming, named, fresh=fresh)
    choice = second_hand.apart(choice, incoming, forwarder)
    choice = machines.of_its_own(incoming, choice)
    await secret_fields.kept(desk, unit, choice.ticket, incoming)
    if await loops.taken(desk, unit, door, client, incoming, choice):
        return
    if choice.ticket is None:
        ticket = await opening.open_ticket(desk, unit, door, client, incoming, known=known, related=choice.related)
        await client_topics.bind(unit, ticket, incoming)
        await second_hand.told(desk, unit, ticket, incoming, forwarder)
        await suggesting.unproven(desk, unit, door)
    elif choice.how is How.STRANGER:
        await admitting.heard(desk, unit, choice.ticket, door, client, incoming)
        await agreeing.overheard(desk, unit, choice.ticket, incoming)
        return
    else:
        ticket = choice.ticket
        answers = any(mark.answers and mark.ticket.id == ticket.id for mark in named)
        await _go_on(desk, unit, choice, ticket, door, client, incoming, answers=answers)
    if incoming.contact and incoming.contact.own:
        await linking.own_phone(desk, unit, client, door, incoming.contact)
    # A group is nobody: what its people say of themselves links it to no one.
    own = choice.ticket is None or choice.ticket.client_id == client.id
    if own and incoming.sort is Sort.HUMAN and not incoming.group:
        await suggesting.look(desk, unit, door, incoming)
        await belonging.look(desk, unit, ticket, door, incoming, signals)


async def _dealt_with(
    desk: Desk, unit: Unit, door: Door, client: Client, incoming: Incoming, *, fresh: bool
) -> bool:
    """Whether it is no word in a request: of somebody banned, a code or an address that was asked for, a mark."""
    if await banned.heard(desk, unit, door, client, incoming):
        return True
    if incoming.sort is Sort.HUMAN and not incoming.group and await codes.typed(desk, unit, door, client, incoming):
        return True
    if incoming.sort is Sort.HUMAN and await asking_clients.answered(desk, unit, door, client, incoming):
        return True
    return not fresh and await rated.heard(desk, unit, door, client, incoming)


async def _of_no_client(desk: Desk, unit: Unit, incoming: Incoming, named: list[Mark]) -> bool:
    """Whether it ended a subscription, or was a partner's word or a machine's answer: none makes or moves a ticket."""
    if await subscribing.heard(desk, unit, incoming):
        return True
    if incoming.channel == "mail" and await partner_answers.heard(desk, unit, incoming):
        return True
    if incoming.sort is not Sort.AUTOMATIC:
        return False
    await machines.answered(desk, unit, incoming, [mark.ticket for mark in named])
    return True


async def _seen(unit: Unit, incoming: Incoming) -> bool:
    """A Telegram message is told apart by its number; a mail that came by two ways by its id and words."""
    if incoming.channel == "mail":
        return await _came_by_another_way(unit, incoming)
    trace = await unit.first(
        Trace, channel="telegram", place=incoming.place, external_id=incoming.external_id, role=Role.THEIRS
    )
    return trace is not None


async def _came_by_another_way(unit: Unit, incoming: Incoming) -> bool:
    """Whether this mail is here already: sent to two of our addresses it has other headers, but the same words.

    What answers it comes to either address.
    """
    if not incoming.external_id:
        return False
    words = (incoming.sender.address, incoming.text, incoming.rest)
    roles = (Role.THEIRS, Role.STRANGER, Role.PARTNER)
    for trace in await unit.find(Trace, channel="mail", external_id=incoming.external_id, role__in=roles):
        message = await unit.get(Message, trace.message_id) if trace.message_id else None
        if message and (message.author_id, message.text, message.rest) == words:
            sizes = sorted(file.size for file in await unit.find(File, message_id=message.id))
            if sizes != sorted(file.size for file in incoming.files):
                return False
            await conversation.add_trace(unit, replace(trace, id=0, place=incoming.place))
            return True
    return False


async def _hear_language(unit: Unit, client: Client, incoming: Incoming) -> Client:
    if incoming.described or incoming.whole:
        return client
    if heard(client.spoken, incoming.text) == client.spoken:
        return client
    spoken = heard(client.spoken, incoming.text, asked=await info.is_asked(unit, client))
    return client if spoken == client.spoken else await unit.save(replace(client, spoken=spoken))


async def _go_on(  # noqa: PLR0917 - the message, its sender and its ticket
    desk: Desk,
    unit: Unit,
    choice: Choice,
    ticket: Ticket,
    door: Door,
    client: Client,
    incoming: Incoming,
    *,
    answers: bool = False,
) -> None:
    """Add a message to a ticket that exists, of its client or of who takes part in it.

    `answers`: a mail that answers one which we sent to its sender's address.
    """
    counts = incoming.sort is Sort.HUMAN or incoming.sort is Sort.LIST
    own = client.id == ticket.client_id
    said = await confirming.read(unit, choice, ticket, incoming, own=own) if counts else Said.WORDS
    thanks = said is not Said.WORDS
    incoming, meaning = await info.before(desk, unit, ticket, door, incoming)
    message = await conversation.add_message(unit, ticket, door, incoming, kind=Kind.WORDS if counts else Kind.MACHINE)
    before = ticket
    now = desk.now()
    if counts and not thanks:
        ticket = await conversation.client_wrote(unit, ticket, at=desk.now())
    if counts:
        last = door.id if own else ticket.door_id
        ticket = await unit.save(replace(ticket, door_id=last, client_wrote_at=now, active_at=now))
    if counts and not thanks:
        ticket = await deadlines.client_wrote(desk, unit, ticket)
        await watchers_hear(desk, unit, before, ticket)
    proven = senders.vouched(incoming) or (answers and await participants.alone(unit, ticket))
    below = await participants.named_in_copy(desk, unit, ticket, incoming, by_client=own, proven=proven)
    below = below or meaning.below(desk)
    who = participants.in_words(message.author or client.name, door.address)
    author = "" if own else desk.say("group.participant", who=who)
    if incoming.flood:
        await floods.gather(desk, unit, ticket, door, client, message)
    else:
        subject = incoming.subject
        await opening.mirror(desk, unit, ticket, door, client, message, subject=subject, author=author, below=below)
        await opening.ask_for_files(desk, unit, ticket, door, client, message)
    await oversize.answer(desk, unit, ticket, door, client, incoming)
    if counts:
        await on_call.heard(desk, unit, before, ticket)
        await info.after(desk, unit, ticket, client, incoming, message, meaning)
    if door.channel == "telegram" and own and not incoming.described:
        ticket = await bursts_of_words.named(desk, unit, before, ticket, incoming.text)
    await outbox.card(desk, unit, ticket, rest=bursts_of_words.rest(desk, before, ticket))
    await agreeing.heard(desk, unit, before, ticket, door, client, incoming, answers=answers)
    ticket = await conduct.heard(desk, unit, ticket, door, incoming)
    if said is Said.YES:
        ticket = await work.confirmed(desk, unit, ticket, client.name)
    elif before.status is Status.CLOSED and ticket.status is not Status.CLOSED:
        await outbox.topic(desk, unit, ticket)
    if door.channel != "telegram" or incoming.flood:
        return
    await outbox.react(desk, unit, "telegram", incoming.place, incoming.external_id, "👀", ticket.id)
    # A solved ticket that opens again may just as well be a new question that came to the old place.
    reopened = before.status in (Status.SOLVED, Status.CLOSED) and ticket.status is Status.OPEN
    unsure = choice.several or choice.main
    if reopened or (unsure and not await bursts_of_words.told_lately(desk, unit, incoming.place, ticket)):
        main = choice.main
        await other_question.say_where(desk, unit, before, ticket, door, client, message, reopened=reopened, main=main)
