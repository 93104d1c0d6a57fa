"""The people's mailboxes: what lies in each by IMAP, what goes out by SMTP, and a word to the page when one changes."""

import asyncio
from datetime import datetime
from typing import Any, Final

from playground.mail.world import PASSWORD
from playground.page.mailbox import reading, words, writing
from playground.page.mailbox.index import INBOX, SENT, TRASH, Index
from playground.page.mailbox.line import Away, Fetched, Line, shown
from playground.page.mailbox.templates import ALL, Ground
from playground.page.server import Page
from playground.stage import SUPPORT

Json = dict[str, Any]

DOMAIN: Final = "client.example"
PAUSE: Final = 0.03
"""Seconds after a change in which further ones in the same mailbox are told together."""


class Mailboxes:
    """The people's mailboxes of the stage, each with a line that is kept."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._stage = page.stage
        self._mails = page.stage.mails
        self._open: dict[str, tuple[Line, Index]] = {}
        self._new: set[str] = set()  # where a mail came that nobody has read
        self._waiting: dict[str, asyncio.TimerHandle] = {}
        self._mails.imap.heard.append(self._heard)
        self._mails.turned.append(self._turned)
        page.closing.append(self.close)

    async def close(self) -> None:
        self._mails.imap.heard.remove(self._heard)
        self._mails.turned.remove(self._turned)
        for waiting in self._waiting.values():
            waiting.cancel()
        await asyncio.gather(*(asyncio.to_thread(line.close) for line, _ in self._open.values()))
        self._open.clear()

    def _heard(self, address: str, what: str) -> None:
        if what == "new" and address != SUPPORT:
            self._new.add(address)
        if address not in self._waiting:
            loop = asyncio.get_running_loop()
            self._waiting[address] = loop.call_later(PAUSE, self._tell, address)

    def _tell(self, address: str) -> None:
        self._waiting.pop(address, None)
        new = address in self._new
        self._new.discard(address)
        self._page.tell("mailbox" if new else "mailbox_changed", address=address)

    def _turned(self, up: bool) -> None:
        self._page.tell("mailbox_changed", address=None, up=up)

    def of(self, address: str) -> tuple[Line, Index]:
        """The mailbox's line and list. LookupError when nobody has that address."""
        address = address.lower()
        if not self._mails.imap.has_user(address):
            raise LookupError(f"mailbox {address}")
        if address not in self._open:
            line = Line(self._mails.imap_port, address, self._mails.imap.password(address))
            self._open[address] = line, Index(line)
        return self._open[address]

    def own(self, address: str) -> tuple[Line, Index]:
        """The same, to change something in it: the desk's mailbox is looked at only."""
        if address.lower() == SUPPORT:
            raise ValueError(f"{SUPPORT} is the desk's: here it is only looked at")
        return self.of(address)

    def name(self, address: str) -> str:
        return self._mails.names.get(address.lower(), "")

    async def boxes(self) -> list[Json]:
        """Whose mailboxes there are and how much nobody has read in each."""
        people = {person.name: person.id for person in self._page.world.people}
        found = []
        for address in self._mails.imap.addresses:
            shared = address == SUPPORT
            unread = 0 if shared else (await asyncio.to_thread(self.of(address)[0].status, INBOX))[1]
            name = self.name(address)
            found.append({
                "address": address, "name": name, "person": people.get(name), "shared": shared, "unread": unread,
            })  # fmt: skip
        return found

    async def give(self, name: str, address: str) -> Json:
        """Let somebody have a mailbox. ValueError when the address is taken or none of ours."""
        name, address = words.clean(" ".join(name.split()))[:64], address.strip().lower()
        if not name:
            return {"why": "name"}
        if not writing.ADDRESS.fullmatch(address) or not address.endswith(f"@{DOMAIN}") or "+" in address:
            return {"why": "address", "which": address}
        if self._mails.imap.has_user(address):
            return {"why": "taken", "which": address}
        await self._mails.user(address, PASSWORD, name=name)
        self._page.tell("mailbox_changed", address=address)
        return {"address": address}

    async def listed(self, address: str, folder: str, limit: int, search: str) -> Json:
        """A folder's conversations with all folders and how full they are."""
        line, index = self.of(address)

        def work() -> Json:
            names = line.folders()
            folders = []
            for name in names:
                total, unread = line.status(name)
                folders.append({"name": name, "shown": shown(name), "total": total, "unread": unread})
            found = index.conversations(folder if folder in names else INBOX, limit=limit, search=search)
            return found | {"folders": folders, "folder": folder if folder in names else INBOX}

        return await asyncio.to_thread(work)

    async def read(self, address: str, folder: str, uid: int) -> Fetched:
        return await asyncio.to_thread(self.of(address)[0].whole, folder, uid)

    async def send(self, address: str, body: Json) -> Json:
        """Send a letter from the composer and keep a copy; what came of it, in words for the page."""
        line, _ = self.own(address)
        letter = await asyncio.to_thread(writing.letter, body, (self.name(address), address.lower()))
        now = self._stage.clock()
        raw, mail_id = await asyncio.to_thread(writing.written, letter, now)
        to = list(dict.fromkeys(one for _, one in [*letter.to, *letter.cc]))
        outcome = await self._hand_over(address, raw, address, to)
        if outcome.sent:
            await self._keep(line, raw, now)
        return _told(outcome) | {"message_id": mail_id}

    async def send_raw(self, address: str, body: Json) -> Json:
        """Send a mail that was typed or loaded whole, with an envelope of its own."""
        self.own(address)
        to = [one for _, one in writing.people(str(body.get("to", "")))]
        if not to:
            raise writing.Unwritten("nobody")
        sender = str(body.get("sender") or "").strip()
        if sender and not writing.ADDRESS.fullmatch(sender):
            raise writing.Unwritten("address", sender)
        raw = writing.raw_bytes(str(body.get("text", "")), str(body.get("charset") or "utf-8"))
        return _told(await self._hand_over(address, raw, sender, to))

    async def _hand_over(self, address: str, raw: bytes, sender: str, to: list[str]) -> writing.Outcome:
        login = address.lower(), self._mails.imap.password(address.lower())
        port = self._mails.smtp_port
        return await asyncio.to_thread(writing.sent, raw, port=port, login=login, sender=sender, to=to)

    async def _keep(self, line: Line, raw: bytes, at: datetime) -> None:
        try:
            await asyncio.to_thread(line.keep, SENT, raw, at)
        except Away:
            return  # sent it is; the copy is only for the eye

    async def delete(self, address: str, folder: str, uids: list[int]) -> None:
        """Into the bin; out of the bin for good."""
        line, _ = self.own(address)
        if folder == TRASH:
            await asyncio.to_thread(line.remove, folder, uids)
        else:
            await asyncio.to_thread(line.move, folder, uids, TRASH)

    async def move(self, address: str, folder: str, uids: list[int], to: str) -> None:
        line, _ = self.own(address)
        await asyncio.to_thread(line.move, folder, uids, to)

    async def mark(self, address: str, folder: str, uids: list[int], *, seen: bool) -> None:
        line, _ = self.own(address)
        await asyncio.to_thread(line.mark, folder, uids, seen=seen)

    async def template(self, kind: str, address: str, folder: str, uid: int | None, language: str) -> Json:
        """A mail that desks get wrong, about the mail that lies open."""
        about: Json = {}
        if uid is not None:
            seen = await asyncio.to_thread(reading.view, await self.read(address, folder, uid), folder)
            about = {
                "answered": seen["message_id"], "subject": seen["subject"], "return_path": seen["return_path"],
                "references": " ".join(seen["references"]),
            }  # fmt: skip
        raw = ALL[kind](Ground(
            name=self.name(address), address=address, support=SUPPORT, now=self._stage.clock(),
            language=language if language in {"ru", "en"} else "ru", **about,
        ))  # fmt: skip
        return {"text": raw.text, "sender": raw.sender, "to": raw.to, "charset": raw.charset}


def _told(outcome: writing.Outcome) -> Json:
    if outcome.away:
        return {"sent": False, "why": "away", "which": outcome.away}
    refused = [{"who": who, "said": said} for who, said in outcome.refused.items()]
    return {"sent": outcome.sent, "refused": refused}
