"""Every error of the desk's own, told apart by who must act on it.

OtvetError
├── ConfigError        the operator, before the desk starts
├── Refusal            the person who asked; its text is fit to show
├── Unreadable         whoever looks at the quarantine
├── DeliveryDelayed    nobody: it is tried again
├── DeliveryRefused    an engineer
│   └── DoorShut       the same, and that way to the client is closed for good (blocked bot, dead address)
├── FilesTooLarge      nobody: the desk sends the files in another way
├── ThreadGone         nobody: the conversation's place is made anew and the message goes again
├── AlreadyRunning     the operator: another process has this database or this bot
├── CannotRestore      the operator: a backup is damaged, or would overwrite something
├── NoPicture          nobody: the report goes as text
├── AlreadyDone        nobody: the message was worked on before
├── NoRoom             the operator: the disk is full; work goes on by itself when there is room
└── StoreAway          the operator: the database does not answer; work goes on by itself when it does
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from desk.said import told
from desk.texts import say


class OtvetError(Exception):
    """The root of the tree above."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One thing wrong in the configuration: where it is, what it is and what was probably meant."""

    file: str
    place: str
    message: str
    suggestion: str = ""

    def __str__(self) -> str:
        return self.told("en")

    def told(self, language: str) -> str:
        """The mistake on one line, in the language of whoever starts the desk."""
        file, place, message, hint = (
            told(language, words) for words in (self.file, self.place, self.message, self.suggestion)
        )
        where = f"{file}: {place}" if place else file
        return f"{where}: {message} {hint}" if hint else f"{where}: {message}"


class ConfigError(OtvetError):
    """All mistakes of a configuration, together."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


class Refusal(OtvetError):
    """The person who asked cannot have it. `key` and `values` name a sentence in `desk/texts`."""

    def __init__(self, key: str, **values: object) -> None:
        self.key = key
        self.values = values
        super().__init__(key)


class Worded(OtvetError):
    """`key` and `values` name a sentence in `desk/texts`; as text it is the English one, for the log."""

    def __init__(self, key: str, **values: object) -> None:
        self.key = key
        self.values = values
        super().__init__(say("en", key, **values))

    def said(self, language: str) -> str:
        """The sentence in a language."""
        return say(language, self.key, **self.values)


class Unreadable(Worded):
    """An outside message that cannot be understood; it goes to quarantine at once."""


class DeliveryDelayed(OtvetError):
    """Not now: try again after `retry_in`. `everyone` says that the whole channel is down, not one address."""

    def __init__(self, retry_in: timedelta, reason: str = "", *, everyone: bool = False) -> None:
        self.retry_in = retry_in
        self.reason = reason
        self.everyone = everyone
        super().__init__(reason or f"retry in {retry_in}")


class DeliveryRefused(OtvetError):
    """The other side will not take this message; `reason` is its own words."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class DoorShut(DeliveryRefused):
    """This address cannot be reached any more (a blocked bot, a dead mailbox)."""


class FilesTooLarge(OtvetError):
    """Nothing was sent: the files do not go with these words. `room`: bytes of files that one message takes.

    0: the server did not say how much it takes, only that this is too much.
    """

    def __init__(self, room: int = 0, reason: str = "") -> None:
        self.room = room
        self.reason = reason
        super().__init__(reason or f"room for {room} bytes of files")


class ThreadGone(OtvetError):
    """The topic (or the message that stood for it) does not exist any more.

    `place` and `thread` say which one it was, "" when the channel does not know.
    """

    def __init__(self, reason: str = "", *, place: str = "", thread: str = "") -> None:
        self.place = place
        self.thread = thread
        super().__init__(reason)


class NoTopics(OtvetError):
    """The group can be written to, but the bot may make no topics in it; `reason` says what it lacks."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class AlreadyRunning(OtvetError):
    """Another process works on the same database or the same bot; the text is a sentence for the operator.

    `sort` is "database" or "bot", `place` what is taken (a file, a database's name, a lock file) and `pid` the process
    that has it, 0 when that is not known.
    """

    def __init__(self, text: str, *, sort: str = "", place: str = "", pid: int = 0) -> None:
        self.sort = sort
        self.place = place
        self.pid = pid
        super().__init__(text)


class CannotRestore(Worded):
    """A backup was not made or not restored, and nothing was changed."""


class NoPicture(OtvetError):
    """A report could not be drawn; `reason` is the drawing process's own words, for the log."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class AlreadyDone(OtvetError):
    """The raw messages of this unit were finished by an earlier one."""


class NoRoom(OtvetError):
    """The disk or the database is full."""


class StoreAway(OtvetError):
    """The database cannot be reached, or is kept busy by another process; nothing of the unit was stored."""
