"""Pressed buttons that wait for the bot's answer."""

import asyncio
from dataclasses import dataclass, field

from playground.botapi.errors import bad
from playground.botapi.model import Message, User


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the person saw when the bot answered their press."""

    text: str = ""
    show_alert: bool = False
    url: str | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class Query:
    """A press; `answer` is None until the bot answers."""

    id: str
    user: User
    message: Message
    data: str
    answer: Answer | None = None
    answered: asyncio.Event = field(default_factory=asyncio.Event)


class Queries:
    """All presses, oldest first."""

    def __init__(self) -> None:
        self.all: list[Query] = []

    def add(self, user: User, message: Message, data: str) -> Query:
        query = Query(id=str(4_000_000_000 + len(self.all)), user=user, message=message, data=data)
        self.all.append(query)
        return query

    def answer(self, query_id: str, answer: Answer) -> Query:
        """Answer a press once; a 400 for one that is unknown or answered already."""
        query = next((query for query in self.all if query.id == query_id), None)
        if query is None or query.answer is not None:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        query.answer = answer
        query.answered.set()
        return query
