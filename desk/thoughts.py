"""What the desk thinks, for a page that shows it: tickets with their reasons, states, outbox and trail. Read only."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from desk import thoughts_overview, thoughts_ticket
from desk.desk import Current, Desk
from desk.people import Client, Door
from desk.ports import Unit
from desk.proof import Proof
from desk.texts import LANGUAGES
from desk.tickets import Status, Thread, Ticket

Json = dict[str, Any]


class Thoughts(Proof):
    """Reads a desk's database and never writes it; every answer is plain JSON, in the words of the language asked for.

    `version`: a number that changes with every commit. `rules`: the rules in order, each as its name, what it asks and
    what it does.
    """

    def __init__(
        self, desk: Desk, version: Callable[[], int], rules: Callable[[str], Sequence[tuple[str, str, str]]]
    ) -> None:
        super().__init__(desk)
        self._version = version
        self._rules = rules
        self._spoken = {language: _speaking(desk, language) for language in LANGUAGES}

    async def version(self) -> int:
        """A number that changes whenever the database did."""
        return self._version()

    async def overview(self, language: str = "", *, before: int = 0, undone: bool = False) -> Json:
        """What is of interest without a ticket; its tickets are a page of them, older than number `before`.

        `undone`: of the tickets those that are neither solved nor closed.
        """
        desk = self._in(language)
        async with desk.view() as view:
            return await thoughts_overview.of(desk, view, self._rules(_language(desk)), before=before, undone=undone)

    async def ticket(self, number: int, language: str = "", *, entries: int = 0) -> Json:
        """One ticket with the newest `entries` of its trail (0: as many as fit a page); LookupError without one."""
        desk = self._in(language)
        async with desk.view() as view:
            ticket = await view.get(Ticket, number) if 0 < number < 1 << 53 else None
            if ticket is None:
                raise LookupError(desk.number(number))
            names = [name for name, _, _ in self._rules(_language(desk))]
            return await thoughts_ticket.of(desk, view, ticket, names, entries=entries)

    async def looked_at(self, chat: int, thread: int | None) -> int | None:
        """The number of the ticket that a chat, or a topic of it, is about; None when it is about none."""
        async with self._desk.view() as view:
            if thread is not None:
                found = await view.first(Thread, place=str(chat), external_id=str(thread), order="-id")
                return found.ticket_id if found else None
            return await _of_client(view, str(chat))

    def next_working(self, at: datetime) -> datetime:
        """When the next working hour begins: the next full hour that is worked, or the moment at which work begins."""
        calendar = self._desk.calendar
        if not calendar.is_working(at):
            return calendar.next_start(at)
        hour = at.astimezone(calendar.zone).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        return hour if calendar.is_working(hour) else calendar.next_start(hour)

    def _in(self, language: str) -> Desk:
        return self._spoken.get(language, self._desk)


async def _of_client(view: Unit, address: str) -> int | None:
    """The newest ticket of a client's that is not done, else the newest one."""
    door = await view.first(Door, channel="telegram", address=address)
    client = await view.get(Client, door.client_id) if door else None
    if client is None:
        return None
    undone = [status for status in Status if status is not Status.CLOSED]
    ticket = await view.first(Ticket, client_id=client.id, status__in=undone, order="-id")
    ticket = ticket or await view.first(Ticket, client_id=client.id, order="-id")
    return ticket.id if ticket else None


def _language(desk: Desk) -> str:
    return desk.settings.desk.language


def _speaking(desk: Desk, language: str) -> Desk:
    """The same desk, whose engineers speak another language."""
    setup = desk.current.setup
    own = setup.settings.desk.model_copy(update={"language": language})
    settings = setup.settings.model_copy(update={"desk": own})
    return replace(desk, current=Current(replace(setup, settings=settings)))
