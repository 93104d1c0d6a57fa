"""What the desk needs from the rooms around it."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, TypeVar, runtime_checkable

from desk.facts import Facts, Verdict
from desk.incoming import Raw, RawId
from desk.parcels import Act, Outgoing, Parcel, Receipt
from desk.prints import Poster
from desk.search_port import Searching

T = TypeVar("T")

Now = Callable[[], datetime]
"""The time: aware, UTC. Injected everywhere, so that weeks can pass in a test."""


class Unit(Searching, Protocol):
    """One transaction: everything in it happens at `commit`, or nothing does.

    Rule: writers are one at a time, on SQLite by BEGIN IMMEDIATE and on PostgreSQL by an advisory lock, so that
    "read, decide, write" cannot be raced. No network inside a unit.

    `kind` is one of the value classes (Client, Door, Link, Suggestion, Key, Audit, Ticket, Message, Revision, File,
    Trace, Thread, Parcel, Raw). Conditions are keyword arguments: `status=Status.OPEN` equals (None is NULL), and with
    a suffix `x__ne`, `x__lt`, `x__le`, `x__gt`, `x__ge`, `x__in` (a collection), `x__has` (text contains).
    """

    async def add(self, thing: T) -> T:
        """Insert; the same value with its new id comes back. Ticket ids come without gaps."""
        ...

    async def save(self, thing: T) -> T:
        """Write every field of a value that has an id; LookupError when there is no such row."""
        ...

    async def get(self, kind: type[T], id_: int, /) -> T | None: ...

    async def find(self, kind: type[T], /, *, order: str = "id", limit: int | None = None, **where: object) -> list[T]:
        """Rows in order of a field ("-field": descending), ties by id."""
        ...

    async def first(self, kind: type[T], /, *, order: str = "id", **where: object) -> T | None: ...

    async def count(self, kind: type[Any], /, **where: object) -> int: ...

    async def change(self, kind: type[Any], values: dict[str, object], /, **where: object) -> int:
        """Update many rows at once; how many they were."""
        ...

    async def remove(self, kind: type[Any], /, **where: object) -> int: ...

    async def recall(self, key: str) -> str:
        """A small fact kept under a name; "" when there is none."""
        ...

    async def remember(self, key: str, value: str) -> None:
        """Keep a small fact; "" forgets it."""
        ...

    async def recall_all(self, prefix: str) -> dict[str, str]: ...

    async def due_parcels(self, now: datetime, *, busy: Sequence[str], limit: int) -> list[Parcel]:
        """Queued parcels that may go: the first undone one of each lane not in `busy`, when its time has come.

        Most urgent first, then oldest.
        """
        ...

    async def next_parcel_at(self, after: datetime) -> datetime | None:
        """The earliest `not_before` later than `after` of all queued parcels."""
        ...

    async def due_raws(
        self, now: datetime, *, busy: Sequence[str], limit: int, besides: Sequence[str] = ()
    ) -> list[Raw]:
        """New raw messages that may be worked on: the first undone one of each lane not in `busy`, oldest first.

        `besides`: channels of which none is wanted.
        """
        ...

    async def due_together(self, now: datetime, *, channel: str, limit: int) -> list[Raw]:
        """New raw messages of one channel, oldest first: of each lane all up to the first that may not go yet."""
        ...

    async def commit(self) -> None: ...


class Store(Protocol):
    def unit(self, *, finishing: Sequence[RawId] = ()) -> AbstractAsyncContextManager[Unit]:
        """A writing transaction; leaving without `commit` undoes everything.

        `finishing`: raw messages that its commit marks done. AlreadyDone when they all are done already.
        NoRoom when the disk is full.
        """
        ...

    def view(self) -> AbstractAsyncContextManager[Unit]:
        """A reading transaction: never waits for a writer, cannot write."""
        ...

    def on_commit(self, call: Callable[[], None]) -> None:
        """Call this after every commit of a writing unit."""
        ...


class Files(Protocol):
    """Contents of attachments and raw mails, kept under random keys."""

    async def keep(self, content: bytes) -> str:
        """Store durably; the key. NoRoom when the disk is full."""
        ...

    async def keep_all(self, contents: Sequence[bytes]) -> list[str]:
        """The same for several, all or none; they wait for the disk together."""
        ...

    async def read(self, key: str) -> bytes: ...

    def path(self, key: str) -> Path: ...

    async def drop(self, key: str) -> None: ...

    def free(self) -> int:
        """Bytes left on that disk."""
        ...


class Router(Protocol):
    """The rules: which line takes a request, and why. Pure."""

    def decide(self, facts: Facts) -> Verdict: ...


class Conduct(Protocol):
    """The lists of rude words. Pure."""

    def __call__(self, *texts: str) -> Sequence[str]:
        """The rude words of these texts as they stand there, each once, a few at most."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A raw message as an edge hands it in; see desk.incoming.Raw for the fields."""

    channel: str
    place: str
    external_id: str
    lane: str
    body: bytes = b""  # kept in the row (Telegram) …
    content: bytes = b""  # … or, when it is large, in a file (mail)
    album: str = ""
    digest: str = ""
    whole: int = 0


Stems = Callable[[str], Sequence[str]]
"""The words of a text in their order, each cut to the stem that all its inflections share. Pure."""


Receive = Callable[[Sequence[Arrival]], Awaitable[None]]
"""Stores what arrived; returns after the commit. NoRoom: do not confirm, try again later."""


class Channel(Protocol):
    """One way to reach people. A folder per implementation."""

    @property
    def names(self) -> tuple[str, ...]:
        """The channels that it serves: ("telegram", "group") or ("mail",)."""
        ...

    async def run(self, receive: Receive) -> None:
        """Hand in messages until cancelled; confirm each only after `receive` returns."""
        ...

    async def work(self, raws: Sequence[Raw]) -> None:
        """Translate one stored message (an album: several rows) and call its use-case.

        Unreadable: to quarantine. DeliveryDelayed: a needed file cannot be fetched now. Anything else is a bug and
        counts as a failed attempt.
        """
        ...

    def reserve(self, message: Outgoing, *, before: Sequence[Act] = ()) -> timedelta:
        """Take places in the channel's pace for this message and what must precede it; zero: taken, it may go now.

        Otherwise nothing is taken and the answer is how long to wait. What goes under the same `id` uses the places.
        """
        ...

    def release(self, message: Outgoing) -> None:
        """Give back what was reserved under its `id` and not used; nothing happens when that is nothing."""
        ...

    async def deliver(self, message: Outgoing) -> Receipt:
        """Send; raise DeliveryDelayed, DeliveryRefused, DoorShut, ThreadGone or FilesTooLarge.

        A crash between sending and recording sends twice. Mail hides that behind a Message-ID made from the parcel's
        id; Telegram has no such key.
        """
        ...

    async def close(self) -> None:
        """Give its connections up; called once, after the last delivery."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A stored message that was read and needs only the store from here on."""

    take: Callable[[Unit], Awaitable[None]]  # its use-case; commits nothing
    keys: tuple[str, ...] = ()  # of files that were kept for it


@runtime_checkable
class Reader(Protocol):
    """A channel whose stored messages need little from outside: many of them fit into one unit."""

    async def read(self, raws: Sequence[Raw]) -> list[Ready | Exception]:
        """One answer for each, in order: what `work` would raise for it, or what is left to do.

        NoRoom when the files of all do not fit on the disk.
        """
        ...


class Printer(Protocol):
    """Draws reports; away from the desk's own work, which goes on meanwhile."""

    async def picture(self, poster: Poster) -> bytes:
        """The poster as a PNG; NoPicture when it cannot be drawn."""
        ...
