"""Checks the country of a configuration that may have other mistakes too, so that all are told at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from desk.errors import Mistake
from desk.said import Wrong
from scheduler.workdays import days_off


def check_country(file: str, tables: Mapping[str, Any]) -> Sequence[Mistake]:
    """The mistake in [calendar] holidays, if there is one; what is no text is left to whoever reads the tables."""
    calendar = tables.get("calendar")
    country = calendar.get("holidays") if isinstance(calendar, dict) else None
    if not isinstance(country, str):
        return []
    try:
        days_off(country)
    except Wrong as wrong:
        return [Mistake(file=file, place="[calendar] holidays", message=wrong.message + ".")]
    return []
