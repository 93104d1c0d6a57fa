"""The desk: what every use-case is handed."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace

from desk.calendar import WorkingTime
from desk.incoming import RawId
from desk.ports import Files, Now, Router, Store, Unit
from desk.settings import Settings
from desk.texts import say


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Settings, clock and the rooms around; `working_on` ties it to the raw messages being worked on."""

    settings: Settings
    store: Store
    files: Files
    router: Router
    calendar: WorkingTime
    now: Now
    raws: tuple[RawId, ...] = ()

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
        return say(language or self.settings.desk.language, key, **values)
