"""Mails come off the server: sizes first, then small groups of contents, and of a giant only its header."""

from collections.abc import AsyncIterator, Sequence

from desk.texts import say
from mail.arrivals import Account, size_in_words, stub
from mail.mime import HEADER_LIMIT, MAIL_LIMIT
from mail.session import Session
from mail.wire import Fetched

FETCH_AT_ONCE = 50  # mails; aioimaplib recurses per line of an answer
FETCH_BYTES = 8_000_000  # of mail held in memory at a time, if there is more than one
HOLLOW_ANSWERS = 3


class Fetcher:
    """For one mailbox and one UIDVALIDITY."""

    def __init__(self, account: Account, *, quiet: bool) -> None:
        self._account = account
        self._quiet = quiet
        self._hollow: dict[int, int] = {}  # how often the server named a mail and gave no content

    async def contents(self, session: Session, uids: Sequence[int]) -> AsyncIterator[list[tuple[int, bytes, int]]]:
        """Give groups of uids with contents; what somebody deleted meanwhile is left out.

        The third is the size of a mail of which only the header was fetched, else 0.
        """
        sizes = {found.uid: found.size or 0 for found in await session.fetch(uids, "(UID RFC822.SIZE)")}
        for group in _by_size({uid: size for uid, size in sizes.items() if uid in uids}):
            if sizes[group[0]] > MAIL_LIMIT:
                found = await session.fetch(group, f"(UID BODY.PEEK[HEADER]<0.{HEADER_LIMIT - 4_096}>)")
                headers = [(one.uid, one.content or b"") for one in found if one.uid in group]
                yield [(uid, self._too_large(header, sizes[uid]), sizes[uid]) for uid, header in headers]
                continue
            found = await session.fetch(group, "(UID BODY.PEEK[])")
            yield [(one.uid, one.content or b"", 0) for one in found if one.uid in group and self._has_content(one)]

    def _has_content(self, found: Fetched) -> bool:
        """A mail that the server gives without content for the third time goes on empty: quarantine shows it."""
        if found.content is not None:
            return True
        self._hollow[found.uid] = self._hollow.get(found.uid, 0) + 1
        return self._hollow[found.uid] >= HOLLOW_ANSWERS

    def _too_large(self, header: bytes, size: int) -> bytes:
        account = self._account
        folder = account.inbox if self._quiet else account.done
        words = size_in_words(size, account.language)
        note = say(account.language, "mail.oversize", size=words, address=account.address, folder=folder)
        return stub(header, note)


def _by_size(sizes: dict[int, int]) -> list[list[int]]:
    """Group mails so that one answer stays small; what is too large to be fetched whole stands alone."""
    groups: list[list[int]] = []
    total = FETCH_BYTES
    for uid, size in sorted(sizes.items()):
        if total + size > FETCH_BYTES or not groups:
            groups.append([])
            total = 0
        groups[-1].append(uid)
        total += size
    return groups
