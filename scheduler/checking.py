"""Checks the countries of a configuration that may have other mistakes too, so that all are told at once."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from desk.errors import Mistake
from desk.said import Wrong
from scheduler.workdays import days_off


def check_country(file: str, tables: Mapping[str, Any]) -> Sequence[Mistake]:
    """The mistakes in `holidays`, of [calendar] and of plans; what is no text is left to whoever reads the tables."""
    return [
        Mistake(file=file, place=f"{place}holidays", message=wrong.message + ".")
        for place, country in _countries(tables)
        if (wrong := _wrong(country))
    ]


def _countries(tables: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    plans = tables.get("plan")
    named = [row for row in plans if isinstance(row, dict)] if isinstance(plans, list) else []
    places = {f"[[plan]] {json.dumps(str(row.get('name', '')), ensure_ascii=False)} calendar.": row for row in named}
    for place, row in {"[calendar] ": tables, **places}.items():
        calendar = row.get("calendar")
        country = calendar.get("holidays") if isinstance(calendar, dict) else None
        if isinstance(country, str):
            yield place, country


def _wrong(country: str) -> Wrong | None:
    try:
        days_off(country)
    except Wrong as wrong:
        return wrong
    return None
