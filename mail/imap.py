"""Reads one mailbox: every mail is handed in once, and moved out of the inbox only after it was stored.

Rule: a mail leaves the inbox only when `receive` has returned for it. What goes wrong before that leaves it where it
is; what goes wrong between the two leaves it known, and a known mail is only moved.

Longer than most modules: one loop, and everything that may break it.
"""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from desk.errors import NoRoom, StoreAway
from desk.ports import Arrival, Now, Receive
from desk.texts import say
from mail.arrivals import Account, arrival, external_id, nameless
from mail.done import DoneFolder
from mail.fetching import FETCH_AT_ONCE, Fetcher
from mail.login import log_in
from mail.needs import Known, Memory, OnFetched, OnHealth, Pauses
from mail.oauth import TokenTrouble
from mail.place import Place, begin, begin_again
from mail.session import LoginRefused, Lost, Refused, Session, why

log = logging.getLogger(__name__)

KNOWN_AT_ONCE = 500  # ids in one question to the store
MOVED_AT_ONCE = 200  # mails; a server may look through its whole folder for each command
IDLE_AT_MOST = timedelta(minutes=9)  # routers forget a silent connection after ten
WITHOUT_IDLE = timedelta(seconds=4)  # how often a server without IDLE is asked; a ticket is promised within five
IDLE_BREAKS = 4  # times in a row
IDLE_BREAKS_WITHIN = timedelta(seconds=2)
HEALTH_EVERY = timedelta(seconds=50)  # the same good news is not told more often
REFUSED_LOGINS = 3


class Poller:
    """One mailbox. `run` goes on until it is cancelled."""

    def __init__(
        self,
        account: Account,
        *,
        memory: Memory,
        known: Known,
        on_health: OnHealth,
        now: Now,
        fetched: OnFetched | None = None,
        quiet: bool = False,
        pauses: Pauses | None = None,
        answer_within: timedelta = timedelta(seconds=30),
    ) -> None:
        self.account = account
        self._memory = memory
        self._known = known
        self._on_health = on_health
        self._now = now
        self._fetched = fetched
        self._quiet = quiet
        self._pauses = pauses or Pauses()
        self._answer_within = answer_within.total_seconds()
        self._place: Place | None = None
        self._taken: set[int] = set()  # stored, in this UIDVALIDITY
        self._moved: set[int] = set()  # and gone from the inbox, as far as the server said
        self._settled: set[int] = set()  # of the chosen old ones: nothing is left to do with them
        self._done = DoneFolder(account.done)
        self._fetcher = Fetcher(account, quiet=quiet)
        self._complaint = ""
        self._told: tuple[bool, str, datetime | None] = (True, "", None)
        self._refusals = self._failures = 0
        self._failing = False
        self._idle_breaks = 0

    async def run(self, receive: Receive) -> None:
        """Read the mailbox for ever; no failure of it, of the server or of the store ends this."""
        while True:
            session = Session(within=self._answer_within)
            try:
                await self._stay(session, receive)
            except LoginRefused as error:
                pause = await self._login_refused(str(error))
            except TokenTrouble as trouble:
                pause = await self._failed(trouble.key, trouble.words)
            except (Lost, OSError) as error:
                lost = error if isinstance(error, Lost) else Lost(*why(error))
                pause = await self._failed("mail.unreachable", lost.said(self.account.language))
            except Refused as error:
                pause = await self._failed("mail.folder_refused", str(error), folder=self.account.inbox)
            except NoRoom:
                pause = await self._failed("mail.no_room", "")
            except StoreAway as error:
                pause = await self._failed("mail.not_stored", str(error))
            except Exception as error:
                # A bug in what stores mails must not silence the mailbox: it stays on the server and is told.
                log.exception("mail.read_failed", extra={"mailbox": self.account.name})
                pause = await self._failed("mail.not_stored", type(error).__name__)
            finally:
                await session.close()
            await asyncio.sleep(pause.total_seconds())

    async def _stay(self, session: Session, receive: Receive) -> None:
        """Log in and read until something breaks."""
        account = self.account
        await session.connect(account.host, account.port, tls=account.tls)
        await log_in(session, account)
        self._refusals = 0
        if not self._quiet:
            await self._find_done_folder(session)
        place = await self._find_place(session)
        while True:
            await self._read(session, place, receive)
            self._failures = 0
            if self._failing:
                self._failing = False
                log.info("mail.recovered", extra={"mailbox": self.account.name})
            await self._tell(ok=True, reason=self._complaint)
            await self._wait_for_news(session)

    async def _wait_for_news(self, session: Session) -> None:
        """Sleep until there may be new mail; a server that breaks off whenever it is to IDLE is asked instead."""
        wait, idle = min(self.account.poll, IDLE_AT_MOST), session.can("IDLE") and self._idle_breaks < IDLE_BREAKS
        if not idle:
            await session.wait_for_news(min(wait, WITHOUT_IDLE).total_seconds(), idle=False)
            return
        begun = asyncio.get_running_loop().time()
        try:
            await session.wait_for_news(wait.total_seconds())
        except Lost:
            soon = asyncio.get_running_loop().time() - begun < IDLE_BREAKS_WITHIN.total_seconds()
            self._idle_breaks = self._idle_breaks + 1 if soon else 0
            raise
        self._idle_breaks = 0

    async def _find_place(self, session: Session) -> Place:
        """Open the inbox and learn which of its mails are ours to read."""
        key = f"mail.{self.account.name}.place"
        selected = await session.select(self.account.inbox)
        place = Place.read(await self._memory.recall(key))
        if place is None:
            place = await begin(session, selected, first_run=self.account.first_run, today=self._now().date())
            log.info("mail.first_run", extra={"mailbox": self.account.name, "taken": len(place.chosen)})
        elif place.uidvalidity != selected.uidvalidity:
            log.warning("mail.renumbered", extra={"mailbox": self.account.name})
            place = await begin_again(session, selected, place, first_run=self.account.first_run)
        if self._place is None or self._place.uidvalidity != place.uidvalidity:
            self._taken, self._moved, self._settled = set(), set(), set()
            self._fetcher = Fetcher(self.account, quiet=self._quiet)
        self._place = place
        await self._memory.remember(key, place.write())
        return place

    async def _read(self, session: Session, place: Place, receive: Receive) -> None:
        """Hand in what is new and move what is stored."""
        session.nothing_new()
        present = await place.present(session, settled=self._settled)
        self._forget(place, present)
        fresh = [uid for uid in present if uid not in self._taken]
        self._taken |= await self._stored(place, fresh)
        lying = 0
        try:
            for chosen in _chunks([uid for uid in fresh if uid not in self._taken], FETCH_AT_ONCE):
                await self._take(session, place, chosen, receive)
                lying += len(chosen)
                if lying >= MOVED_AT_ONCE:
                    await self._move(session, [uid for uid in fresh if uid in self._taken])
                    lying = 0
        except NoRoom:
            await self._move(session, [uid for uid in fresh if uid in self._taken])
            raise
        await self._move(session, [uid for uid in present if uid in self._taken])

    def _forget(self, place: Place, present: Sequence[int]) -> None:
        """Keep in mind only what may still matter; a uid that is gone never comes back."""
        lying = set(present)
        if place.chosen - self._settled:
            self._settled |= place.chosen - lying
        self._taken &= lying | place.chosen
        self._moved &= lying | place.chosen
        self._settled |= place.chosen & (self._taken if self._quiet else self._moved)

    async def _stored(self, place: Place, uids: Sequence[int]) -> set[int]:
        found: set[int] = set()
        for chunk in _chunks(uids, KNOWN_AT_ONCE):
            ids = {external_id(place.uidvalidity, uid): uid for uid in chunk}
            found |= {ids[id_] for id_ in await self._known(self.account.name, list(ids))}
        return found

    async def _take(self, session: Session, place: Place, uids: Sequence[int], receive: Receive) -> None:
        """Fetch a few mails and hand them in together."""
        async for group in self._fetcher.contents(session, uids):
            await self._note(place, [uid for uid, _, _ in group])
            await receive([self._arrival(place, *mail) for mail in group])
            self._taken.update(uid for uid, _, _ in group)

    async def _note(self, place: Place, uids: Sequence[int]) -> None:
        """Count what the server handed over, before and apart from storing it."""
        if self._fetched is not None:
            await self._fetched(self.account.name, [external_id(place.uidvalidity, uid) for uid in uids])

    def _arrival(self, place: Place, uid: int, content: bytes, whole: int) -> Arrival:
        """What is handed in; a mail whose header trips us up goes in without what the header says."""
        try:
            return arrival(self.account, place.uidvalidity, uid, content, whole)
        except Exception:
            log.exception("mail.header_not_read", extra={"mailbox": self.account.name, "uid": uid})
            return nameless(self.account, place.uidvalidity, uid, content, whole)

    async def _move(self, session: Session, uids: Iterable[int]) -> None:
        """Move stored mails out of the inbox; a server that refuses keeps them, and reading goes on."""
        waiting = [uid for uid in uids if uid not in self._moved]
        if self._quiet or not waiting:
            return
        try:
            for chunk in _chunks(waiting, KNOWN_AT_ONCE):
                await self._done.move(session, chunk)
                self._moved.update(chunk)
            self._complaint = ""
        except Refused as error:
            self._complaint = self._words("mail.move_refused", str(error), folder=self.account.done)
            log.warning("mail.move_refused", extra={"mailbox": self.account.name, "words": str(error)})

    async def _find_done_folder(self, session: Session) -> None:
        try:
            await self._done.find(session)
        except Refused as error:
            self._complaint = self._words("mail.move_refused", str(error), folder=self.account.done)

    async def _login_refused(self, words: str) -> timedelta:
        self._refusals += 1
        self._failing = True
        stopped = self._refusals >= REFUSED_LOGINS
        key = "mail.login_stopped" if stopped else "mail.login_refused"
        await self._tell(ok=False, reason=self._words(key, words))
        log.error("mail.login_refused", extra={"mailbox": self.account.name, "times": self._refusals, "words": words})
        return self._pauses.stopped if stopped else self._pauses.refused

    async def _failed(self, key: str, words: str, **values: object) -> timedelta:
        self._failures += 1
        self._failing = True
        log.warning("mail.trouble", extra={"mailbox": self.account.name, "kind": key, "words": words})
        await self._tell(ok=False, reason=self._words(key, words, **values))
        return self._pauses.after(self._failures)

    def _words(self, key: str, words: str, **values: object) -> str:
        account = self.account
        return say(account.language, key, mailbox=account.name, host=account.host, words=words, **values)

    async def _tell(self, *, ok: bool, reason: str) -> None:
        """Report health: changes at once, the same news only now and then."""
        was_ok, was_reason, at = self._told
        now = self._now()
        if (ok, reason) == (was_ok, was_reason) and at is not None and abs(now - at) < HEALTH_EVERY:
            return
        try:
            await self._on_health(self.account.name, ok, reason)
            self._told = (ok, reason, now)
        except Exception:
            log.exception("mail.health_not_told", extra={"mailbox": self.account.name})


def _chunks(uids: Sequence[int], size: int) -> list[list[int]]:
    return [list(uids[start : start + size]) for start in range(0, len(uids), size)]
