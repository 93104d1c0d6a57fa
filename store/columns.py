"""The kinds of column: how a value of the desk's becomes something that both databases keep alike.

Rule: what is written is what comes back, on either engine. So each kind has one `settle`, which says what will be
kept of a value; it serves writing, conditions, and the value that `Unit.add` returns.
"""

import hashlib
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, DateTime, Dialect, Integer, LargeBinary, Text
from sqlalchemy.types import TypeDecorator

NAME_LIMIT = 500
"""Characters of an indexed text; PostgreSQL refuses an index entry over 2,704 bytes and a character takes four."""

NUMBER = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite counts by itself only in a column declared as INTEGER; it holds 64 bits there too."""

TEXT = Text().with_variant(Text(collation="C"), "postgresql")
"""Sorted and compared by code point, as SQLite does, whatever language the PostgreSQL database was made for."""


def readable(text: str) -> str:
    """The text without NUL (PostgreSQL refuses it) and with lone surrogates replaced (no UTF-8 has them)."""
    if type(text) is not str:
        text = str(text)
    if "\0" in text:
        text = text.replace("\0", "")
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def readable_tree(value: Any) -> Any:
    """The same for everything inside lists and dictionaries."""
    if isinstance(value, str):
        return readable(value)
    if isinstance(value, dict):
        return {readable(str(key)): readable_tree(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [readable_tree(item) for item in value]
    return value


class Kept(TypeDecorator[Any]):
    """What all kinds share: a value is settled before it is bound."""

    impl: Any = Text
    cache_ok = True

    def settle(self, value: Any) -> Any:
        """The value as it will be read back; None stays None. ValueError for what cannot be kept."""
        return value

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002
        return None if value is None else self.settle(value)


class Words(Kept):
    """Text of any length."""

    impl = TEXT
    cache_ok = True

    def settle(self, value: Any) -> str:
        return readable(value)


class Name(Kept):
    """Text that is looked up.

    One longer than NAME_LIMIT is kept as its beginning and its hash: still found by the whole, still different from
    others that begin alike.
    """

    impl = TEXT
    cache_ok = True

    def settle(self, value: Any) -> str:
        text = readable(value)
        if len(text) <= NAME_LIMIT:
            return text
        digest = hashlib.sha256(text.encode()).hexdigest()
        return text[: NAME_LIMIT - len(digest) - 1] + "~" + digest


class Whole(Kept):
    """An integer."""

    impl = NUMBER
    cache_ok = True

    def settle(self, value: Any) -> int:
        return int(value)


class Flag(Kept):
    """True or false."""

    impl = Boolean
    cache_ok = True

    def settle(self, value: Any) -> bool:
        return bool(value)


class Bytes(Kept):
    """Bytes as they are."""

    impl = LargeBinary
    cache_ok = True

    def settle(self, value: Any) -> bytes:
        return bytes(value)


class Instant(Kept):
    """A moment: aware, kept and given back in UTC to the microsecond. A naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def settle(self, value: Any) -> datetime:
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise ValueError(f"an aware time is wanted, not {value!r}")
        return value.astimezone(UTC)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if value is None:
            return None
        moment = self.settle(value)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)  # type: ignore[no-any-return]


class Day(Kept):
    """A date without a time, kept as "2026-12-31": it sorts and compares as dates do."""

    impl = TEXT
    cache_ok = True

    def settle(self, value: Any) -> date:
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        raise ValueError(f"a date is wanted, not {value!r}")

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002
        return None if value is None else self.settle(value).isoformat()

    def process_result_value(self, value: Any, dialect: Dialect) -> date | None:  # noqa: ARG002
        return None if value is None else date.fromisoformat(value)


class Tree(Kept):
    """Lists and dictionaries, as JSON."""

    impl = JSON
    cache_ok = True

    def settle(self, value: Any) -> Any:
        return readable_tree(value)


class Choice(Kept):
    """A member of a closed set, kept as its value."""

    impl = Text
    cache_ok = True

    def __init__(self, of: type[StrEnum]) -> None:
        super().__init__()
        self.of = of

    def settle(self, value: Any) -> StrEnum:
        return self.of(value)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002
        return None if value is None else self.of(value).value

    def process_result_value(self, value: Any, dialect: Dialect) -> StrEnum | None:  # noqa: ARG002
        return None if value is None else self.of(value)
