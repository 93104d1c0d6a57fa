"""What a routing rule may know about a message, with the verdict that the rules return."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One message as the rules see it.

    `sender` holds every address of the person in this channel: ("ann@x.example",) or ("12345", "@ann").
    `mailbox` is the configured name, "" in Telegram; `language` is "ru", "en" or "" where nobody can tell.
    """

    channel: str
    mailbox: str = ""
    sender: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""
    has_attachment: bool = False
    working_hours: bool = True
    known_client: bool = False
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One rule that was asked: whether it matched, and the reason as a sentence in both languages."""

    rule: str
    matched: bool
    why_ru: str
    why_en: str

    def why(self, language: str) -> str:
        """Return the reason in `language`; whatever is not "ru" is answered in English."""
        return self.why_ru if language == "ru" else self.why_en


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Which rule decided for which line; `asked` holds the rules in order, the deciding one last."""

    rule: str
    line: str
    asked: tuple[Asked, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return values that JSON can hold; `from_dict` reads them back to an equal verdict."""
        return {**asdict(self), "asked": [asdict(one) for one in self.asked]}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Return the verdict that `as_dict` wrote; raise KeyError or TypeError for anything else."""
        asked = tuple(Asked(**one) for one in stored["asked"])
        return cls(rule=str(stored["rule"]), line=str(stored["line"]), asked=asked)
