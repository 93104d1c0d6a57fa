"""Inline mode: what people type after the bot's name anywhere, and what the bot offers them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from playground.botapi import shapes
from playground.botapi.errors import NotPossible, bad
from playground.botapi.model import Json, Message, User

if TYPE_CHECKING:
    from playground.botapi.seat import Seat

MOST = 50
"""Results of one answer (Bot API, answerInlineQuery)."""


@dataclass(slots=True, kw_only=True, eq=False)
class InlineQuery:
    """What somebody typed; `results` is None until the bot answers."""

    id: str
    user: User
    text: str
    results: Sequence[Json] | None = None
    personal: bool = False
    cache: int = 300
    answered: asyncio.Event = field(default_factory=asyncio.Event)


class InlineQueries:
    """All queries, oldest first."""

    def __init__(self) -> None:
        self.all: list[InlineQuery] = []

    def add(self, user: User, text: str) -> InlineQuery:
        query = InlineQuery(id=str(6_000_000_000 + len(self.all)), user=user, text=text)
        self.all.append(query)
        return query

    def answer(self, query_id: str, results: Sequence[Json], *, personal: bool, cache: int) -> InlineQuery:
        """Answer a query once; a 400 for one that is unknown or answered already, or for results that cannot be."""
        query = next((query for query in self.all if query.id == query_id), None)
        if query is None or query.answered.is_set():
            raise bad("query is too old and response timeout expired or query ID is invalid")
        check(results)
        query.results, query.personal, query.cache = results, personal, cache
        query.answered.set()
        return query


def check(results: Sequence[Json]) -> None:
    """A 400 unless Telegram would take them."""
    if len(results) > MOST:
        raise bad("RESULTS_TOO_MUCH")
    ids = [str(result.get("id", "")) for result in results]
    if any(not 1 <= len(one.encode()) <= 64 for one in ids):
        raise bad("RESULT_ID_INVALID")
    if len(set(ids)) < len(ids):
        raise bad("RESULT_ID_DUPLICATE")
    if any(not str(result.get("title", "")).strip() for result in results):
        raise bad("can't parse inline query result: Field \"title\" must be non-empty")


async def ask(seat: "Seat", text: str, *, timeout: float = 5.0) -> InlineQuery:  # noqa: ASYNC109 - reads well in a test
    """Somebody types that after the bot's name where they sit; the query with what the bot offers."""
    world = seat.world
    if not world.inline_mode:
        raise NotPossible("the bot has no inline mode: the app asks it nothing")
    query = world.inline.add(seat.user, text)
    kind = "sender" if seat.chat_here.private else seat.chat_here.kind
    update = {"id": query.id, "from": shapes.user(seat.user), "query": text, "offset": "", "chat_type": kind}
    world.tell("inline", f"{seat.user.name} types @{world.bot.username} {text}", data=update)
    world.inbox.push("inline_query", update)
    try:
        async with asyncio.timeout(timeout):
            await query.answered.wait()
    except TimeoutError:
        raise AssertionError(f"nothing offered for {text!r}\n{world.transcript()}") from None
    return query


def choose(seat: "Seat", query: InlineQuery, title: str, **where: Any) -> Message:
    """Somebody sends one of the offered results, named by its id or in its title: a message of theirs, via the bot."""
    offers = query.results or ()
    result = next((one for one in offers if one["id"] == title), None)
    result = result or next((one for one in offers if title in one["title"]), None)
    if result is None:
        raise NotPossible(f"no {title!r} among {[one['title'] for one in query.results or ()]}")
    message = seat.post(dict(result["content"]), via=seat.world.bot, markup=result["markup"], **where)
    if seat.world.inline_feedback:
        chosen = {"result_id": result["id"], "from": shapes.user(seat.user), "query": query.text}
        seat.world.inbox.push("chosen_inline_result", chosen)
    return message
