"""What a unit can do with the words of tickets; see desk.ports.Unit, which has all of it."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from desk.search import Document, Sought
from desk.tickets import TicketId


class Searching(Protocol):
    """Questions to the index and what keeps it. The store itself notes which tickets' words have changed."""

    async def search(self, sought: Sought, /) -> list[TicketId]:
        """The tickets that fit, best first and at most desk.search.MOST; without words the newest first."""
        ...

    async def search_alike(
        self, stems: Mapping[str, float], /, *, but: Sequence[TicketId] = (), limit: int = 3
    ) -> list[tuple[TicketId, float]]:
        """Solved and closed tickets that share the weightiest of these stems, most alike first, with their score."""
        ...

    async def search_due(self, limit: int) -> list[tuple[TicketId, int]]:
        """Tickets whose words changed since they were kept, the newest first, each with how often they did."""
        ...

    async def search_left(self) -> int:
        """How many are due."""
        ...

    async def search_keep(self, document: Document, times: int) -> None:
        """Keep a ticket's words; it is due no more unless they changed again since `times` was read."""
        ...

    async def search_forget(self, ticket_id: TicketId, times: int = 0) -> None:
        """Take a ticket's words out of the index, as `search_keep` puts them in."""
        ...

    async def search_tidy(self, *, first: bool) -> bool:
        """Overwrite a piece of what was taken out of the index; whether there is more. `first`: begin anew."""
        ...
