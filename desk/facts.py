"""What a routing rule may know about a message, with the verdict that the rules return."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from dataclasses import fields as dataclass_fields
from datetime import datetime
from typing import Any, Self

from desk.tickets import Priority, Type


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
    at: datetime | None = None  # when it came, on the wall clock of the desk; None: nobody says
    recipients: tuple[str, ...] = ()  # mail: every other address in To and Cc, in small letters
    files: tuple[str, ...] = ()  # the attachments' names
    client: tuple[str, ...] = ()  # the person's name and every address of theirs, in whichever channel
    organisation: str = ""  # its name
    client_id: str = ""  # its number, "A-1042"
    product: str = ""
    plan: str = ""  # the plan that follows from the contract
    type: Type | None = None
    priority: Priority | None = None
    tags: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)  # what was read from labelled lines, by field

    def as_dict(self) -> dict[str, Any]:
        """Return what JSON can hold of it, without the words that somebody wrote: they may be secret, or erased."""
        return {name: getattr(self, name) for name in _KEPT if getattr(self, name) != _NOTHING[name]}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any], **more: Any) -> Self:
        """Return the facts that `as_dict` wrote, with the words and times that it left out."""
        values = {name: kept[name] for name in _KEPT if name in kept}
        lists = {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
        return cls(**{**values, **lists, **more})


_KEPT = (
    "channel", "mailbox", "sender", "has_attachment", "working_hours", "known_client", "language", "recipients",
    "files", "client", "organisation", "client_id", "product", "plan",
)  # fmt: skip
_NOTHING = {one.name: one.default for one in dataclass_fields(Facts)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One rule that was asked: whether it matched, and the reason as a sentence in both languages."""

    rule: str
    matched: bool
    why_ru: str
    why_en: str
    does_ru: str = ""  # what a rule that matched asks for
    does_en: str = ""

    def why(self, language: str) -> str:
        """Return the reason in `language`; whatever is not "ru" is answered in English."""
        return self.why_ru if language == "ru" else self.why_en

    def does(self, language: str) -> str:
        """Return what it asks for in the same way."""
        return self.does_ru if language == "ru" else self.does_en


REST = 30
"""Rules that did not match, as a ticket keeps them: a thousand would be more than its conversation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Which rules decided, for which line, and what else they ask for.

    `rule` is the one that chose the line; `asked` holds the rules in order, the last one asked at the end. With rules
    that go on (`stop = false`) several may have matched: the first word on line, type, priority, plan, assignee and
    reply counts, tags, fields to ask for and whom to notify are gathered.
    """

    rule: str
    line: str
    asked: tuple[Asked, ...]
    type: Type | None = None
    priority: Priority | None = None
    tags: tuple[str, ...] = ()
    plan: str = ""
    assign: str = ""  # the name of a [[person]], or "on-duty"
    reply: str = ""  # the name of a [[reply]]
    ask: tuple[str, ...] = ()  # names of [[field]] to ask the client for, besides what the type requires
    notify: tuple[str, ...] = ()  # names of [[person]], or "leads"

    def brief(self, rest: int = REST) -> Self:
        """Return the same with every rule that matched, and of the others no more than the last `rest`."""
        others = [one for one in self.asked if not one.matched]
        left = others[-rest:] if rest else []
        return self if len(left) == len(others) else replace(self, asked=tuple(_only(self.asked, left)))

    def as_dict(self) -> dict[str, Any]:
        """Return values that JSON can hold; `from_dict` reads them back to an equal verdict."""
        return {**asdict(self), "asked": [asdict(one) for one in self.asked]}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Return the verdict that `as_dict` wrote, also in an older version; raise KeyError or TypeError otherwise."""
        asked = tuple(Asked(**one) for one in stored["asked"])
        lists = {name: tuple(stored.get(name, ())) for name in ("tags", "ask", "notify")}
        return cls(
            rule=str(stored["rule"]),
            line=str(stored["line"]),
            asked=asked,
            type=Type(stored["type"]) if stored.get("type") else None,
            priority=Priority(stored["priority"]) if stored.get("priority") else None,
            plan=str(stored.get("plan", "")),
            assign=str(stored.get("assign", "")),
            reply=str(stored.get("reply", "")),
            **lists,
        )


def _only(asked: Sequence[Asked], others: Sequence[Asked]) -> Iterator[Asked]:
    wanted = {id(one) for one in others}
    return (one for one in asked if one.matched or id(one) in wanted)
