"""Solved tickets like this one, with what solved them: by words, client and product.

Rule: for engineers alone, and never a text to send on: what helped one client may speak of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from desk import articles, outbox, pages
from desk.desk import Desk
from desk.errors import Refusal
from desk.incoming import Press
from desk.orders import Order, ticket_of
from desk.organisations import Organisation
from desk.parcels import Action, Button, Purpose
from desk.ports import Unit
from desk.ranking import words_of
from desk.search import roots
from desk.tickets import Closing, Kind, Message, Ticket

BEST = 3
LOOKED_AT = 30
"""Tickets that share words, of which the best are weighed more closely."""

SUBJECT = 2.0
"""What a word of the subject is worth; one of the first message is worth 1."""

SAME_CLIENT, SAME_ORGANISATION, SAME_PRODUCT = 1.4, 1.3, 1.2
SHARED = 2
"""Words that must be the same, or half of them where there are fewer."""

TOLD = 240
"""Characters of what solved a ticket."""

_UNSOLVED = frozenset({Closing.NO_ANSWER, Closing.DUPLICATE, Closing.ABUSE, Closing.WITHDRAWN, Closing.OUT_OF_SCOPE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """A ticket, how much it is like the other one, and why."""

    ticket: Ticket
    worth: float
    words: tuple[str, ...]
    client: bool = False
    organisation: bool = False
    product: bool = False


async def order(desk: Desk, unit: Unit, order: Order) -> None:
    """`/similar`."""
    await _tell(desk, unit, ticket_of(order), order.post.external_id, silent=False)


async def pressed(desk: Desk, unit: Unit, ticket: Ticket, press: Press) -> str:
    """«Похожие» on the card."""
    await _tell(desk, unit, ticket, press.external_id, silent=True)
    return ""


async def _tell(desk: Desk, unit: Unit, ticket: Ticket, reply_to: str, *, silent: bool) -> None:
    found = await alike(desk, unit, ticket)
    if not found:
        raise Refusal("library.nothing_similar")
    rows = [await _row(desk, unit, one) for one in found]
    where = await pages.links(unit, [one.ticket.id for one in found])
    links = [
        Button(label=desk.number(one.ticket.id), action=Action.SIMILAR, url=where[one.ticket.id])
        for one in found
        if one.ticket.id in where
    ]
    await outbox.to_topic(
        desk,
        unit,
        ticket,
        "\n\n".join(rows),
        purpose=Purpose.REPLY,
        title=desk.say("library.similar_title"),
        buttons=[links] if links else (),
        reply_to=reply_to,
        silent=silent,
    )


async def alike(desk: Desk, unit: Unit, ticket: Ticket) -> list[Alike]:
    """At most three, the most alike first."""
    text = await articles.first_words(unit, ticket)
    asked = _stems(desk, ticket.subject, text)
    found = dict(await unit.search_alike(dict(asked), but=[ticket.id], limit=LOOKED_AT)) if asked else {}
    if not found:
        return []
    tickets = await unit.find(Ticket, id__in=list(found))
    tickets = [one for one in tickets if one.closing not in _UNSOLVED and not one.merged_into]
    begun = await _beginnings(unit, tickets)
    products = await _products(unit, [ticket, *tickets])
    shown = words_of(text, desk.stems)
    weighed = []
    for one in tickets:
        shared = tuple(stem for stem in asked if stem in _stems(desk, one.subject, begun.get(one.id, "")))
        if len(shared) < min(SHARED, (len(asked) + 1) // 2):
            continue
        weighed.append(_weighed(ticket, one, found[one.id], [shown.get(stem, stem) for stem in shared], products))
    return sorted(weighed, key=lambda one: (-one.worth, -one.ticket.id))[:BEST]


def _stems(desk: Desk, subject: str, text: str) -> Mapping[str, float]:
    """What a request is about, each word with what it is worth."""
    found: dict[str, float] = {}
    for part, worth in ((text, 1.0), (subject, SUBJECT)):
        for word in words_of(part, desk.stems).values():
            found |= dict.fromkeys(roots(desk.stems, word), worth)
    return found


def _weighed(ticket: Ticket, other: Ticket, score: float, words: Sequence[str], products: Mapping[int, str]) -> Alike:
    client = other.client_id == ticket.client_id
    organisation = other.organisation_id is not None and other.organisation_id == ticket.organisation_id
    product = bool(products.get(ticket.id)) and products.get(ticket.id) == products.get(other.id)
    worth = score * (SAME_CLIENT if client else SAME_ORGANISATION if organisation else 1.0)
    worth *= SAME_PRODUCT if product else 1.0
    return Alike(
        ticket=other, worth=worth, words=tuple(words[:4]), client=client, organisation=organisation, product=product
    )


async def _beginnings(unit: Unit, tickets: Sequence[Ticket]) -> dict[int, str]:
    """The first words of each."""
    ids = [one.id for one in tickets]
    messages = await unit.find(Message, ticket_id__in=ids, kind=Kind.WORDS, order="-id", limit=20 * LOOKED_AT)
    return {one.ticket_id: one.text for one in messages}


async def _products(unit: Unit, tickets: Sequence[Ticket]) -> dict[int, str]:
    """What each is about, as the contract says."""
    ids = {one.organisation_id for one in tickets if one.organisation_id}
    named = {one.id: one.product.casefold() for one in await unit.find(Organisation, id__in=list(ids))} if ids else {}
    return {one.id: named.get(one.organisation_id, "") for one in tickets if one.organisation_id}


async def _row(desk: Desk, unit: Unit, one: Alike) -> str:
    why = [desk.say("library.why_words", words=", ".join(one.words))]
    why += [desk.say("library.same_client")] if one.client else []
    why += [desk.say("library.same_organisation")] if one.organisation and not one.client else []
    why += [desk.say("library.same_product")] if one.product else []
    said = await solved_by(unit, one.ticket)
    rows = [f"{desk.number(one.ticket.id)} · {one.ticket.subject}", " · ".join(why)]
    return "\n".join([*rows, desk.say("library.solved_by", text=said)] if said else rows)


async def solved_by(unit: Unit, ticket: Ticket) -> str:
    """What solved it: what was found out, else the work done, else the last answer."""
    said = ticket.findings
    if not said:
        done = await unit.find(Message, ticket_id=ticket.id, kind=Kind.DONE, withdrawn_at=None)
        said = "; ".join(message.text for message in done)
    if not said:
        last = await unit.first(Message, ticket_id=ticket.id, kind=Kind.ANSWER, withdrawn_at=None, order="-id")
        said = last.text if last else ""
    said = " ".join(said.split())
    return said if len(said) <= TOLD else f"{said[:TOLD].rstrip()}…"
