"""The folder to which mails go once they are stored: found, or made, wherever the server keeps folders."""

from collections.abc import Sequence

from mail.session import Refused, Session


class DoneFolder:
    """A folder by its configured name; the server may want it below INBOX."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._real_name = name

    @property
    def real_name(self) -> str:
        """What the server calls it, once it was found."""
        return self._real_name

    async def find(self, session: Session) -> None:
        """Find or make it; Refused when the server will not."""
        nested = f"INBOX{await session.delimiter()}{self._name}"
        for candidate in (self._name, nested):
            if await session.exists(candidate):
                self._real_name = candidate
                return
        try:
            await session.create(self._name)
            self._real_name = self._name
        except Refused:
            await session.create(nested)
            self._real_name = nested

    async def move(self, session: Session, uids: Sequence[int]) -> None:
        """Move mails there; Refused when the server keeps them."""
        try:
            await session.move(uids, self._real_name)
        except Refused:
            # Somebody may have removed the folder meanwhile.
            await self.find(session)
            await session.move(uids, self._real_name)
