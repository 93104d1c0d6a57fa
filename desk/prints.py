"""What a report is drawn and written from: words and numbers in order, with nothing left to decide.

The desk makes these values; the room `reports/` turns a poster into a picture and a book into a workbook.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Self


class Tone(StrEnum):
    PLAIN = "plain"
    GOOD = "good"
    BAD = "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One figure, large, with what it is."""

    value: str
    label: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """A chart of bars: for each name as many values as there are labels. `lying`: from left to right."""

    title: str
    names: tuple[str, ...]
    labels: tuple[str, ...] = ()  # what the values of one name are; none when there is one
    values: tuple[tuple[int, ...], ...]  # a row for each label
    lying: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Poster:
    """A picture for a phone."""

    title: str
    subtitle: str
    tiles: tuple[Tile, ...]
    charts: tuple[Bars, ...]
    footer: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return values that JSON can hold; `from_dict` reads them back to an equal poster."""
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        tiles = tuple(Tile(value=one["value"], label=one["label"], tone=Tone(one["tone"])) for one in stored["tiles"])
        charts = tuple(
            Bars(
                title=one["title"],
                names=tuple(one["names"]),
                labels=tuple(one["labels"]),
                values=tuple(tuple(row) for row in one["values"]),
                lying=one["lying"],
            )
            for one in stored["charts"]
        )
        words = {name: str(stored[name]) for name in ("title", "subtitle", "footer")}
        return cls(tiles=tiles, charts=charts, **words)


class Form(StrEnum):
    """How a column's values are written; None is an empty cell in all of them."""

    WORDS = "words"
    WHOLE = "whole"
    NUMBER = "number"  # with a decimal
    SHARE = "share"  # 0.5 as 50 %
    LENGTH = "length"  # a timedelta, as hours and minutes
    MOMENT = "moment"  # a datetime on the wall clock, without a zone
    DAY = "day"


Value = str | int | float | timedelta | datetime | date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    title: str
    form: Form = Form.WORDS
    width: int = 12  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A table with a frozen header. `total`: its last row sums up the others."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    total: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One line of the summary."""

    label: str
    value: Value
    form: Form = Form.WHOLE
    head: bool = False  # a heading without a value


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """A workbook: the summary with its charts first, then the sheets."""

    title: str
    subtitle: str
    summary: str  # the name of the first sheet
    facts: tuple[Fact, ...]
    charts: tuple[Bars, ...]
    sheets: tuple[Sheet, ...]
    author: str = ""
    made_at: datetime
