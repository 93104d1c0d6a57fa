"""Articles for engineers: the best three for a request with why, read in the topic, sent on after a preview."""

from collections.abc import Sequence

from desk import articles, canned, clients, outbox
from desk.articles import Fit
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Press
from desk.library import Answer, Article
from desk.orders import Order, ticket_of
from desk.parcels import Act, Action, Button, Outgoing, Purpose
from desk.people import Client
from desk.ports import Unit
from desk.tickets import Thread, Ticket

_OPEN, _SEND, _BACK = "v", "s", "l"


async def order(desk: Desk, unit: Unit, order: Order) -> None:
    """`/articles`: those that fit the request; `/articles words`: those that fit the words."""
    ticket = ticket_of(order)
    if not desk.library.articles:
        raise Refusal("library.no_articles")
    fits = await _fitting(desk, unit, ticket, order.argument)
    if not fits:
        raise Refusal("library.no_article_fits")
    text, rows = _listed(desk, ticket, fits)
    to = order.post.external_id
    await outbox.to_topic(
        desk, unit, ticket, text, purpose=Purpose.REPLY, title=desk.say("library.articles"), buttons=rows, reply_to=to
    )


async def _fitting(desk: Desk, unit: Unit, ticket: Ticket, words: str = "") -> list[Fit]:
    product = await articles.product_of(desk, unit, ticket)
    language = clients.language(desk, await unit.get(Client, ticket.client_id), ticket)
    text = words or await articles.first_words(unit, ticket)
    return articles.fitting(desk, text, language=language, product=product, searched=bool(words))


def _listed(desk: Desk, ticket: Ticket, fits: Sequence[Fit]) -> tuple[str, list[list[Button]]]:
    rows = [f"{number}. {fit.article.title}\n{_why(desk, fit)}" for number, fit in enumerate(fits, 1)]
    buttons = [
        Button(
            label=f"{number}. {canned.label(fit.article.title)}",
            action=Action.ARTICLE,
            ticket=ticket.id,
            arg=_OPEN + fit.article.key,
        )
        for number, fit in enumerate(fits, 1)
    ]
    return "\n".join(rows), [[button] for button in buttons]


def _why(desk: Desk, fit: Fit) -> str:
    parts = [desk.say("library.why_words", words=", ".join(fit.words))]
    parts += [desk.say("library.why_product", product=fit.article.product)] if fit.product else []
    parts += [] if fit.article.public else [desk.say("library.inside")]
    return " · ".join(parts)


async def pressed_all(desk: Desk, unit: Unit, ticket: Ticket, press: Press) -> str:
    """«Статьи»: the list as a message of its own."""
    fits = await _fitting(desk, unit, ticket)
    if not fits:
        raise Refusal("library.no_article_fits")
    text, rows = _listed(desk, ticket, fits)
    await outbox.to_topic(
        desk,
        unit,
        ticket,
        text,
        purpose=Purpose.REPLY,
        title=desk.say("library.articles"),
        buttons=rows,
        reply_to=press.external_id,
        silent=True,
    )
    return ""


async def pressed(desk: Desk, unit: Unit, ticket: Ticket, press: Press) -> str:
    """One of the list: read in place of it; from there back, or on to a preview for the client."""
    what, key = press.arg[:1], press.arg[1:]
    if what == _BACK:
        fits = await _fitting(desk, unit, ticket)
        text, rows = _listed(desk, ticket, fits)
        await _show(desk, unit, ticket, press, title=desk.say("library.articles"), text=text, rows=rows)
        return ""
    article = desk.library.article(key)
    if article is None:
        raise Refusal("library.article_gone")
    if what == _SEND:
        if not article.public:
            raise Refusal("library.inside_only")
        await canned.preview(desk, unit, ticket, press.person, _as_answer(article), instead=press)
    else:
        await _read(desk, unit, ticket, press, article)
    return ""


def _as_answer(article: Article) -> Answer:
    """An article as what is previewed; its braces are its own."""
    text = articles.as_answer(article).replace("{", "{{").replace("}", "}}")
    return Answer(name=f"{canned.ARTICLE}{article.name}", title=article.title, texts={article.language: text})


async def _read(desk: Desk, unit: Unit, ticket: Ticket, press: Press, article: Article) -> None:
    row = [Button(label=desk.say("library.back"), action=Action.ARTICLE, ticket=ticket.id, arg=_BACK)]
    if article.public:
        send = desk.say("library.to_client")
        row.insert(0, Button(label=send, action=Action.ARTICLE, ticket=ticket.id, arg=_SEND + article.key))
    text, url = articles.cut(article), article.url
    as_article = Purpose.ARTICLE
    await _show(desk, unit, ticket, press, title=article.title, text=text, rows=[row], footer=url, purpose=as_article)


async def _show(
    desk: Desk,
    unit: Unit,
    ticket: Ticket,
    press: Press,
    *,
    title: str,
    text: str,
    rows: Sequence[Sequence[Button]],
    footer: str = "",
    purpose: Purpose = Purpose.REPLY,
) -> None:
    thread = await unit.first(Thread, ticket_id=ticket.id, channel="group")
    order = Outgoing(
        channel="group",
        place=ticket.line,
        purpose=purpose,
        act=Act.EDIT,
        ticket=ticket.id,
        target=press.external_id,
        thread=thread.external_id if thread else "",
        thread_place=press.place,
        title=title,
        text=text,
        footer=footer,
        buttons=tuple(tuple(row) for row in rows),
    )
    await outbox.send(desk, unit, order, lane=f"group:{ticket.id}:lines")
