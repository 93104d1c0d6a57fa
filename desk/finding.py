"""`/find слова`: tickets by their words, with the line where they stand and a button that opens the topic.

Rule: an engineer sees here what the topics show and nothing else: secrets are covered in what is kept.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from desk import asked, emphasis, numbers, pages
from desk.desk import Desk
from desk.orders import Order
from desk.pages import Page
from desk.parcels import Action, Button
from desk.people import Client
from desk.ports import Stems, Unit
from desk.search import MOST, Part, Term, roots
from desk.tickets import File, Kind, Message, Ticket, TicketId

SORT = "find"
A_PAGE = 8
LINE = 160
"""Characters of the line that is shown."""
LOOKED_AT = 1_500
"""The newest messages of one page's tickets, in which the line is looked for."""
BOLD = 6
"""Words of one line that stand out; Telegram takes a hundred in a message."""

_WORD = re.compile(r"[^\W_]+")
_SUBJECT = 70


async def order(desk: Desk, unit: Unit, given: Order) -> None:
    """`/find принтер line:second`. Refusal for a filter that is none."""
    what = {"words": given.argument, "engineer": given.post.engineer.id}
    await pages.post(desk, unit, given, SORT, what, await page(desk, unit, what, 0))


async def page(desk: Desk, unit: Unit, what: Mapping[str, Any], number: int) -> Page:
    """One page of what was found; the search is made anew, so it shows what is true now."""
    question = asked.read(str(what["words"]), asker(desk, str(what["engineer"])))
    found = await unit.search(question.sought)
    named = await numbers.find(desk, unit, question.number) if question.number else None
    if named:
        found = [named.id, *(one for one in found if one != named.id)]
    if not found:
        return Page(text=desk.say("find.nothing", words=str(what["words"])[:100]))
    count = -(-len(found) // A_PAGE)
    number = max(0, min(number, count - 1))
    ids = found[number * A_PAGE :][:A_PAGE]
    text, buttons = await _shown(desk, unit, ids, question.sought.terms)
    key = "find.title_many" if len(found) >= MOST else "find.title"
    title = desk.say(key, count=len(found), words=str(what["words"])[:100])
    return Page(title=title, text=text, buttons=buttons, number=number, count=count)


def asker(desk: Desk, engineer: str) -> asked.Asker:
    settings = desk.settings
    return asked.Asker(
        stems=desk.stems, lines=settings.line, now=desk.now(), zone=settings.desk.zone, engineer=engineer
    )


async def _shown(
    desk: Desk, unit: Unit, ids: Sequence[TicketId], terms: Sequence[Term]
) -> tuple[str, list[list[Button]]]:
    known = {ticket.id: ticket for ticket in await unit.find(Ticket, id__in=list(ids))}
    tickets = [known[id_] for id_ in ids if id_ in known]
    names = {one.id: one.name for one in await unit.find(Client, id__in=[ticket.client_id for ticket in tickets])}
    where = await pages.links(unit, ids)
    lines = await _lines(desk, unit, ids, terms)
    rows = []
    for ticket in tickets:
        head = _head(desk, ticket, names.get(ticket.client_id, ""), terms)
        opens = "" if ticket.id in where else desk.say("find.open", number=desk.number(ticket.id))
        rows.append("\n".join(part for part in (head, lines.get(ticket.id, ""), opens) if part))
    buttons = [
        Button(label=desk.number(ticket.id), action=Action.PAGE, url=where[ticket.id])
        for ticket in tickets
        if ticket.id in where
    ]
    return "\n\n".join(rows), pages.in_rows(buttons)


def _head(desk: Desk, ticket: Ticket, client: str, terms: Sequence[Term]) -> str:
    """«SD-7 · Не печатает · решена · Анна», and where it went when it was merged."""
    subject = ticket.subject if len(ticket.subject) <= _SUBJECT else f"{ticket.subject[: _SUBJECT - 1]}…"
    parts = [
        emphasis.strong(desk.number(ticket.id)),
        marked(desk.stems, subject, terms)[0],
        desk.say(f"group.status_{ticket.status.value}"),
        emphasis.bare(client)[:40],
    ]
    if ticket.merged_into:
        parts.append(desk.say("find.merged", number=desk.number(ticket.merged_into)))
    return " · ".join(part for part in parts if part)


async def _lines(desk: Desk, unit: Unit, ids: Sequence[TicketId], terms: Sequence[Term]) -> dict[TicketId, str]:
    """The line of each ticket in which most of the words stand, the newest among equals."""
    wanted = [term for term in terms if not term.absent and term.part in (Part.ANY, Part.SAID)]
    if not wanted:
        return {}
    messages = await unit.find(Message, ticket_id__in=list(ids), kind__ne=Kind.EVENT, order="-id", limit=LOOKED_AT)
    files = await unit.find(File, message_id__in=[one.id for one in messages]) if messages else []
    owner = {one.id: one.ticket_id for one in messages}
    texts = [(one.ticket_id, one.author, f"{one.text}\n{one.rest}") for one in messages]
    texts += [(owner[file.message_id], "📎", file.name) for file in files]
    best: dict[TicketId, tuple[int, str]] = {}
    for ticket_id, author, text in texts:
        most = best.get(ticket_id, (0, ""))[0]
        if most < len(wanted) and may_have(text, wanted):
            for line in text.splitlines():
                shown, count = marked(desk.stems, line, wanted) if may_have(line, wanted) else ("", 0)
                if count > most:
                    most = count
                    best[ticket_id] = (count, f"{emphasis.bare(author)[:40]}: {shown}" if author else shown)
    return {ticket_id: shown for ticket_id, (_, shown) in best.items()}


def may_have(text: str, terms: Sequence[Term]) -> bool:
    """Whether a word may be in there: a quick look, before words are cut to their stems."""
    plain = text.casefold().replace("ё", "е")
    return any(any(stem[: max(1, len(stem) - 1)] in plain for stem in term.stems) for term in terms)


def marked(stems: Stems, line: str, terms: Sequence[Term]) -> tuple[str, int]:
    """A piece of the line with the found words in it standing out, and how many of the terms it has."""
    line = emphasis.bare(line)
    wanted = {stem: place for place, term in enumerate(terms) if not term.absent for stem in term.stems}
    begun = [(term.stems[-1], place) for place, term in enumerate(terms) if term.begun and not term.absent]
    spans: list[tuple[int, int]] = []
    had: set[int] = set()
    for match in _WORD.finditer(line[:20_000]):
        word = match[0].casefold().replace("ё", "е")
        stem = next(iter(roots(stems, match[0])), "")
        place = wanted.get(stem, next((place for start, place in begun if word.startswith(start)), None))
        if place is not None:
            had.add(place)
            spans.append(match.span())
    if not spans:
        return _cut(line, 0), 0
    start = max(0, spans[0][0] - LINE // 3) if len(line) > LINE else 0
    end = start + LINE
    pieces, at = [], start
    for begin, stop in [one for one in spans if start <= one[0] and one[1] <= end][:BOLD]:
        pieces += [line[at:begin], emphasis.strong(line[begin:stop])]
        at = stop
    text = "".join([*pieces, line[at:end]]).strip()
    return f"{'…' if start else ''}{text}{'…' if end < len(line) else ''}", len(had)


def _cut(line: str, start: int) -> str:
    return line[start : start + LINE].strip() + ("…" if len(line) > start + LINE else "")
