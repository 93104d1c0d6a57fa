"""Articles for clients, with the receipt: the ticket is registered and waits for a person all the same.

Rule: only public articles, only those that fit the client's own words, and a person is one tap away.
"""

from dataclasses import replace

from desk import articles, canned, clients, outbox, underneath, work
from desk.articles import Fit
from desk.desk import Desk
from desk.errors import Refusal
from desk.group_doors import is_group
from desk.incoming import Press
from desk.library import Article
from desk.parcels import Act, Action, Button, Parcel, Purpose
from desk.people import Client, Door
from desk.ports import Unit
from desk.tickets import Closing, Status, Ticket
from desk.wire import unpack
from desk.workbench import Sort, Use

Rows = tuple[tuple[Button, ...], ...]


def allowed(desk: Desk, ticket: Ticket) -> bool:
    """Whether the ticket's line offers articles before a person answers, and there are any."""
    lines = desk.settings.line
    return any(one.public for one in desk.library.articles) and any(
        line.articles for line in lines if line.name == ticket.line
    )


async def for_receipt(desk: Desk, unit: Unit, ticket: Ticket, language: str) -> str:
    """What a receipt by mail says of articles; "" when none fits."""
    fits = await _fitting(desk, unit, ticket, language)
    for fit in fits:
        await _count(desk, unit, ticket, fit.article.name, "desk", "suggested")
    return desk.say("library.for_mail", language, articles=articles.in_mail(fits)) if fits else ""


async def offer(desk: Desk, unit: Unit, ticket: Ticket, door: Door, language: str) -> None:
    """In Telegram, a message below the receipt; nothing when no article fits."""
    if is_group(door.channel, door.address):
        return  # a whole company reads there
    fits = await _fitting(desk, unit, ticket, language)
    if not fits:
        return
    for fit in fits:
        await _count(desk, unit, ticket, fit.article.name, "desk", "suggested")
    titles = [
        (Button(label=canned.label(fit.article.title), action=Action.ARTICLE, ticket=ticket.id, arg=fit.article.key),)
        for fit in fits
    ]
    rows = (*titles, *_ask(desk, ticket, language, ""))
    said = desk.say("library.for_offer", language, number=desk.number(ticket.id))
    await outbox.to_door(desk, unit, door, Purpose.NOTICE, said, ticket=ticket, buttons=rows, silent=True)


async def _fitting(desk: Desk, unit: Unit, ticket: Ticket, language: str) -> list[Fit]:
    if not allowed(desk, ticket):
        return []
    text, product = await articles.first_words(unit, ticket), await articles.product_of(desk, unit, ticket)
    return articles.fitting(desk, text, language=language, product=product, public=True)


def _ask(desk: Desk, ticket: Ticket, language: str, key: str) -> Rows:
    helped = Button(label=desk.say("library.button_helped", language), action=Action.HELPED, ticket=ticket.id, arg=key)
    person = Button(label=desk.say("library.button_person", language), action=Action.PERSON, ticket=ticket.id, arg=key)
    return ((helped, person),)


async def opened(desk: Desk, unit: Unit, client: Client, ticket: Ticket, press: Press) -> str:
    """A client wants to read an article: it comes as a message, once."""
    article = desk.library.article(press.arg)
    language = clients.language(desk, client, ticket)
    if article is None or not article.public:
        raise Refusal("library.for_gone")
    if await unit.count(Use, sort=Sort.ARTICLE, name=article.name, what="shown", ticket_id=ticket.id):
        return desk.say("library.for_above", language)
    parcel = await underneath.pressed(unit, press)
    door = await unit.first(Door, channel="telegram", address=press.place)
    if door is None or parcel is None:
        raise Refusal("client.button_old")
    await _count(desk, unit, ticket, article.name, "client", "shown")
    await outbox.to_door(
        desk,
        unit,
        door,
        Purpose.ARTICLE,
        articles.cut(article),
        ticket=ticket,
        title=article.title,
        footer=article.url,
        buttons=() if ticket.status is Status.CLOSED else _ask(desk, ticket, language, article.key),
    )
    return ""


async def helped(desk: Desk, unit: Unit, client: Client, ticket: Ticket, press: Press) -> str:
    """«Помогло»: closed as solved by an article; a word opens it again as always."""
    if ticket.status is Status.CLOSED:
        raise Refusal("client.closed_already")
    name = await _which(desk, unit, ticket, press.arg)
    await _count(desk, unit, ticket, name, "client", "helped")
    await work.close(desk, unit, ticket, client.name, Closing.ARTICLE)
    await work.audit(desk, unit, ticket, client.name, "article helped", article=name)
    said = clients.say(desk, client, "library.for_helped")
    await _settle(desk, unit, press, said)
    return said


async def _which(desk: Desk, unit: Unit, ticket: Ticket, key: str) -> str:
    """The article that helped: the one under which it was said, else the one read last, else the best one."""
    article: Article | None = desk.library.article(key) if key else None
    if article:
        return article.name
    uses = await unit.find(Use, sort=Sort.ARTICLE, ticket_id=ticket.id)
    shown = [use.name for use in uses if use.what == "shown"]
    return next((name for name in (*shown[::-1], *(use.name for use in uses if use.what == "suggested"))), "")


async def person(desk: Desk, unit: Unit, client: Client, ticket: Ticket, press: Press) -> str:
    """«Нужен человек»: the ticket waits for one already; its engineers hear once that no article helped."""
    if ticket.status is Status.CLOSED:
        raise Refusal("client.closed_already")
    if not await unit.count(Use, sort=Sort.ARTICLE, ticket_id=ticket.id, what="not helped"):
        await _count(desk, unit, ticket, await _which(desk, unit, ticket, press.arg), "client", "not helped")
        await work.audit(desk, unit, ticket, client.name, "person wanted")
        await outbox.to_topic(desk, unit, ticket, desk.say("library.person_wanted", name=client.name))
    said = clients.say(desk, client, "library.for_person")
    await _settle(desk, unit, press, said)
    return said


async def _settle(desk: Desk, unit: Unit, press: Press, said: str) -> None:
    """The message stays as it was, with what was chosen below and no buttons but those to read."""
    parcel: Parcel | None = await underneath.pressed(unit, press)
    if parcel is None:
        return
    words = unpack(parcel.body, parcel.id)
    left = tuple(row for row in words.buttons if row[0].action is Action.ARTICLE)
    text = "\n\n".join(part for part in (words.text, f"✓ {said}") if part)
    order = replace(words, act=Act.EDIT, text=text, buttons=left, target=press.external_id, reply_to="", silent=False)
    await outbox.send(desk, unit, order, lane=f"telegram:{press.place}")


async def _count(  # noqa: PLR0917 - who did what with which article
    desk: Desk, unit: Unit, ticket: Ticket, name: str, by: str, what: str
) -> None:
    await unit.add(Use(sort=Sort.ARTICLE, name=name, ticket_id=ticket.id, by=by, what=what, at=desk.now()))
