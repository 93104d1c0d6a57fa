"""The list of a mailbox: what each mail is, kept once it was read, and which of them make one conversation."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from playground.page.mailbox import reading, words
from playground.page.mailbox.line import Fetched, Line

Json = dict[str, Any]

INBOX, SENT, TRASH = "INBOX", "Sent", "Trash"
SEARCHED: Final = 20_000
"""Characters of a mail that a search looks through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a list shows of one mail, and by what it belongs to others."""

    folder: str
    uid: int
    subject: str
    sender: list[dict[str, str]]
    to: list[dict[str, str]]
    received: datetime
    words: str
    attachments: int
    automatic: bool
    message_id: str
    related: tuple[str, ...]

    def json(self, *, seen: bool) -> Json:
        return {
            "folder": self.folder, "uid": self.uid, "subject": self.subject, "from": self.sender, "to": self.to,
            "at": self.received.isoformat(), "beginning": " ".join(self.words[:400].split())[:160],
            "attachments": self.attachments, "automatic": self.automatic, "unread": not seen,
        }  # fmt: skip

    def says(self, wanted: Sequence[str]) -> bool:
        """Whether all these words (in small letters) stand in it somewhere."""
        people = " ".join(f"{one['name']} {one['address']}" for one in [*self.sender, *self.to])
        whole = f"{self.subject} {people} {self.words}".casefold()
        return all(word in whole for word in wanted)


@dataclass(slots=True)
class _Folder:
    validity: str = ""
    known: dict[int, Summary] = field(default_factory=dict)
    seen: dict[int, bool] = field(default_factory=dict)


class Index:
    """What is known of one mailbox; every call asks the server what is there now."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._folders: dict[str, _Folder] = {}

    def conversations(self, folder: str, *, limit: int, search: str = "") -> Json:
        """The newest `limit` mails of a folder, or all that say what is searched for, together with their answers."""
        names = self._line.folders()
        here = self._read(folder, None if search else limit)
        wanted = search.casefold().split()
        chosen = [one for one in here if one.says(wanted)] if wanted else here
        beside = self._read(SENT, limit) if folder == INBOX and SENT in names else []
        mails = {(one.folder, one.uid): one for one in [*here, *beside]}
        groups = _joined(mails.values(), {(one.folder, one.uid) for one in chosen}, folder)
        total = len(self._folders[folder].seen)
        return {"conversations": [self._json(group, folder) for group in groups], "total": total, "known": len(here)}

    def _read(self, folder: str, limit: int | None) -> list[Summary]:
        """The newest mails of a folder, oldest first; only what was not known is fetched."""
        validity, seen = self._line.seen(folder)
        kept = self._folders.setdefault(folder, _Folder())
        if kept.validity != validity:
            kept.validity, kept.known = validity, {}
        kept.seen = seen
        kept.known = {uid: one for uid, one in kept.known.items() if uid in seen}
        uids = list(seen)[-limit:] if limit is not None else list(seen)
        missing = [uid for uid in uids if uid not in kept.known]
        for fetched in self._line.beginnings(folder, missing) if missing else ():
            kept.known[fetched.uid] = summary(fetched, folder)
        return [kept.known[uid] for uid in uids if uid in kept.known]

    def _json(self, group: Sequence[Summary], folder: str) -> Json:
        mails = [one.json(seen=self._folders[one.folder].seen.get(one.uid, True)) for one in group]
        return {
            "mails": mails,
            "unread": sum(one["unread"] for one in mails),
            "latest": max((one["at"] for one in mails if one["folder"] == folder), default=mails[-1]["at"]),
        }


def summary(fetched: Fetched, folder: str) -> Summary:
    """A mail in short."""
    message = words.parsed(fetched.content)
    parts = words.parts(message)
    text, html = reading.bodies(parts)
    related = re.findall(r"<[^<>\s]+>", f"{words.header(message, 'References')} {words.header(message, 'In-Reply-To')}")
    return Summary(
        folder=folder,
        uid=fetched.uid,
        subject=words.header(message, "Subject")[:500],
        sender=words.addresses(message, "From"),
        to=words.addresses(message, "To")[:50],
        received=fetched.received or words.date(message) or datetime.fromtimestamp(0, UTC),
        words=(text if text is not None else words.said(html or ""))[:SEARCHED],
        attachments=sum(reading.is_attached(part) and "Content-ID" not in part for part in parts),
        automatic=reading.is_automatic(message),
        message_id=words.header(message, "Message-ID"),
        related=tuple(related[-50:]),
    )


def _joined(mails: Iterable[Summary], chosen: set[tuple[str, int]], folder: str) -> list[list[Summary]]:
    """The conversations in which a chosen mail is, the one with the newest mail of the folder first."""
    root: dict[str, str] = {}

    def find(name: str) -> str:
        while (above := root.setdefault(name, name)) != name:
            root[name] = root[above]
            name = above
        return name

    # A server keeps whole seconds: of the mails of one the answer is the one that refers to more.
    mails = sorted(mails, key=lambda one: (one.received, len(one.related), one.folder != SENT, one.uid))
    own = {id(one): one.message_id or f"{one.folder} {one.uid}" for one in mails}
    for one in mails:
        for other in one.related:
            root[find(other)] = find(own[id(one)])
    groups: dict[str, dict[str, Summary]] = {}
    for one in mails:
        group = groups.setdefault(find(own[id(one)]), {})
        # A mail to oneself lies in two folders and is one mail; two with the same id in one folder are two.
        twin = group.get(own[id(one)])
        if twin is None:
            group[own[id(one)]] = one
        elif twin.folder == one.folder:
            group[f"{own[id(one)]} {one.uid}"] = one
        elif one.folder == folder:
            group[own[id(one)]] = one
    found = [list(g.values()) for g in groups.values() if any((one.folder, one.uid) in chosen for one in g.values())]
    newest = {id(g): max((o.received, o.uid) for o in g if o.folder == folder) for g in found}
    return sorted(found, key=lambda g: newest[id(g)], reverse=True)
