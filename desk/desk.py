"""The desk: what every use-case is handed."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace

from desk.calendar import DaysOff, WorkingTime
from desk.fields import Patterns
from desk.incoming import RawId
from desk.library import Library, read
from desk.ports import Conduct, Files, Now, Router, Stems, Store, Unit
from desk.settings import Settings
from desk.texts import Texts


def _nothing_rude(*texts: str) -> Sequence[str]:  # noqa: ARG001 - a desk without lists
    return ()


def _as_they_stand(text: str) -> Sequence[str]:
    return text.lower().split()


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """Everything that a configuration comes to; read as a whole, exchanged as a whole."""

    settings: Settings
    router: Router
    calendar: WorkingTime  # the desk's own
    calendars: Mapping[str, WorkingTime] = field(default_factory=dict)  # of the plans that have one of their own
    patterns: Patterns = field(default_factory=dict)  # of the [[field]]s that have one
    conduct: Conduct = _nothing_rude
    stems: Stems = _as_they_stand
    texts: Texts = field(default_factory=Texts)
    library: Library = field(default_factory=Library)

    @classmethod
    def of(  # noqa: PLR0917 - the parts of a setup, all but two of them optional
        cls,
        settings: Settings,
        router: Router,
        days_off: Callable[[str], DaysOff],
        patterns: Patterns | None = None,
        conduct: Conduct = _nothing_rude,
        stems: Stems = _as_they_stand,
    ) -> "Setup":
        """`days_off`: the official calendar of a country by its code."""
        zone = settings.desk.zone
        own = {plan.name: plan.calendar for plan in settings.plan if plan.calendar}
        return cls(
            settings=settings,
            router=router,
            patterns=patterns or {},
            conduct=conduct,
            stems=stems,
            library=read(settings, stems),
            texts=Texts({"ru": settings.texts.ru, "en": settings.texts.en}),
            calendar=settings.calendar.working_time(zone, days_off(settings.calendar.holidays)),
            calendars={
                name: calendar.working_time(calendar.zone or zone, days_off(calendar.holidays))
                for name, calendar in own.items()
            },
        )


@dataclass(slots=True)
class Current:
    """The setup in force; a reload puts another one in its place, between two units. `wishes`: who asked for one."""

    setup: Setup
    wishes: asyncio.Queue[str] = field(default_factory=asyncio.Queue)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Setup, clock and the rooms around; `working_on` ties it to the raw messages being worked on."""

    current: Current
    store: Store
    files: Files
    now: Now
    raws: tuple[RawId, ...] = ()
    reread: Callable[[], Setup] | None = None  # the configuration as it is now; ConfigError. None: nobody knows where

    @property
    def settings(self) -> Settings:
        return self.current.setup.settings

    @property
    def router(self) -> Router:
        return self.current.setup.router

    @property
    def calendar(self) -> WorkingTime:
        return self.current.setup.calendar

    @property
    def texts(self) -> Texts:
        return self.current.setup.texts

    @property
    def stems(self) -> Stems:
        return self.current.setup.stems

    @property
    def library(self) -> Library:
        return self.current.setup.library

    def unit(self) -> AbstractAsyncContextManager[Unit]:
        """One transaction; its commit also marks the raw messages done, so that nothing is worked on twice."""
        return self.store.unit(finishing=self.raws)

    def view(self) -> AbstractAsyncContextManager[Unit]:
        """A reading transaction."""
        return self.store.view()

    def working_on(self, raws: Sequence[RawId]) -> "Desk":
        return replace(self, raws=tuple(raws))

    def number(self, ticket_id: int) -> str:
        """A ticket's number as people see it: "SD-7"."""
        return f"{self.settings.desk.prefix}-{ticket_id}"

    def say(self, key: str, language: str = "", /, **values: object) -> str:
        """A sentence; in the desk's own language when none is given."""
        return self.texts.say(language or self.settings.desk.language, key, **values)
