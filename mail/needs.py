"""What reading a mailbox needs from outside, and how patient it is."""

import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol


class Memory(Protocol):
    """Small facts that outlive a restart."""

    async def recall(self, key: str) -> str: ...

    async def remember(self, key: str, value: str) -> None: ...


class Token(Protocol):
    """An access token that is renewed when need be; see mail.oauth."""

    async def get(self) -> str: ...

    def refused(self, access: str) -> None: ...


Known = Callable[[str, Sequence[str]], Awaitable[set[str]]]
"""Which of these external ids of a mailbox are stored already."""

OnHealth = Callable[[str, bool, str], Awaitable[None]]
"""Mailbox, whether it was read, and what is wrong (a sentence; with True: read, but not all is well)."""

OnFetched = Callable[[str, Sequence[str]], Awaitable[None]]
"""Mailbox, and the external ids of mails that its server has just handed over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pauses:
    """How long a failing mailbox is left alone."""

    first: timedelta = timedelta(seconds=1)
    longest: timedelta = timedelta(minutes=5)
    refused: timedelta = timedelta(seconds=20)  # after a refused login
    stopped: timedelta = timedelta(hours=1)  # after the third: a provider locks who goes on
    proof: timedelta = timedelta(minutes=1)  # how often it is looked at whether a token should be proven

    def after(self, failures: int) -> timedelta:
        """Return the pause after so many failures in a row, with a quarter of chance in it."""
        grown = min(self.first * (1 << min(failures - 1, 20)), self.longest)
        return grown * random.uniform(0.75, 1.25)  # noqa: S311 - spreads retries, keeps no secret
