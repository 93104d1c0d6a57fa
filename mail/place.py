"""Which mails of an inbox are ours to read: decided at the very first start, kept through restarts and renumbering."""

import json
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, timedelta

from mail import wire
from mail.session import Selected, Session

MARGIN = timedelta(days=2)  # servers keep their own zone's days, and clocks differ


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`chosen` and everything from `first_uid` on are ours, as long as UIDVALIDITY stays what it is.

    `since` is the day of the very first start: a server that renumbers its mails keeps the days of their arrival.
    """

    uidvalidity: int
    first_uid: int
    chosen: frozenset[int] = field(default=frozenset())
    since: date

    @classmethod
    def read(cls, text: str) -> "Place | None":
        """Return what `write` wrote, None for nothing."""
        if not text:
            return None
        kept = json.loads(text)
        return cls(
            uidvalidity=kept["uidvalidity"],
            first_uid=kept["first_uid"],
            chosen=frozenset(wire.read_uid_set(kept["chosen"])),
            since=date.fromisoformat(kept["since"]),
        )

    def write(self) -> str:
        """Return it as text: one value, so that it changes as a whole."""
        return json.dumps(
            {
                "uidvalidity": self.uidvalidity,
                "first_uid": self.first_uid,
                "chosen": wire.uid_set(self.chosen),
                "since": self.since.isoformat(),
            }
        )

    async def present(self, session: Session, *, settled: AbstractSet[int]) -> list[int]:
        """Return our mails that lie in the inbox now; old ones are not asked for when all chosen are settled."""
        if self.chosen - settled:
            # People open mail: whether it is read says nothing about whether we have it.
            found = await session.search("ALL")
        else:
            # "n:*" always names the last mail, even one below n.
            found = await session.search("UID", f"{self.first_uid}:*")
        return [uid for uid in found if uid >= self.first_uid or uid in self.chosen]


async def begin(session: Session, selected: Selected, *, first_run: str, today: date) -> Place:
    """Return the place of a mailbox that was never read: "unseen", "all" or "new" mails are taken."""
    chosen: list[int] = []
    if first_run == "all":
        chosen = await session.search("ALL")
    elif first_run == "unseen":
        chosen = await session.search("UNSEEN")
    first_uid = await _next_uid(session, selected)
    old = frozenset(uid for uid in chosen if uid < first_uid)
    return Place(uidvalidity=selected.uidvalidity, first_uid=first_uid, chosen=old, since=today)


async def begin_again(session: Session, selected: Selected, before: Place, *, first_run: str) -> Place:
    """Return the place of a mailbox whose uids all changed: what may be unread by us is taken, contents tell twins.

    Mails that lay there before the very first start and were not wanted then are not wanted now.
    """
    if first_run == "all":
        chosen = set(await session.search("ALL"))
    else:
        chosen = set(await session.since(before.since - MARGIN))
        if first_run == "unseen":
            chosen |= set(await session.search("UNSEEN"))
    first_uid = await _next_uid(session, selected)
    return Place(
        uidvalidity=selected.uidvalidity,
        first_uid=first_uid,
        chosen=frozenset(uid for uid in chosen if uid < first_uid),
        since=before.since,
    )


async def _next_uid(session: Session, selected: Selected) -> int:
    if selected.uidnext:
        return selected.uidnext
    return max(await session.search("ALL"), default=0) + 1
