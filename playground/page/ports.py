"""What the page asks of the desk behind it; the wiring brings both together, since the playground knows no desk."""

from datetime import datetime
from typing import Any, Protocol

Json = dict[str, Any]


class Insight(Protocol):
    """What the desk thinks, read from its database and never written; it answers also while the desk is dead.

    `language`: in whose words; "" is the desk's own.
    """

    async def version(self) -> int:
        """A number that changes whenever the database did."""
        ...

    async def overview(self, language: str = "", *, before: int = 0, undone: bool = False) -> Json:
        """The tickets, the outbox and what else is of interest without a ticket, as the last pane shows them."""
        ...

    async def ticket(self, number: int, language: str = "", *, entries: int = 0) -> Json:
        """One ticket: its reasons, its state among all states, its trail, what goes out for it. LookupError."""
        ...

    async def looked_at(self, chat: int, thread: int | None) -> int | None:
        """The number of the ticket that a chat, or a topic of it, is about; None when it is about none."""
        ...

    def next_working(self, at: datetime) -> datetime:
        """When the next working hour begins: the next full hour that is worked, or the moment at which work begins."""
        ...

    def working(self, at: datetime) -> bool:
        """Whether the company works at that moment."""
        ...

    async def sent_since(self, at: datetime) -> dict[str, int]:
        """How much has gone out since then by its purpose ("reminder", "answer"…), and how many tickets "closed"."""
        ...

    async def kept(self) -> Json:
        """What the database has of what came in and of what was answered, as the faults show it.

        "heard": the keys "chat:message" of all that came over Telegram; "mails": so many came by mail; "waiting" and
        "quarantined" of both; "words": the clients' that stand in tickets; "written": the engineers' to clients;
        "answers": {"all", "sent", "waiting", "failed", "withdrawn"}.
        """
        ...
