"""The queries that ask what is to be done next.

Rule: a lane's turn belongs to its first undone row; while that one waits or is being worked on, so do all behind it.
Both read only the partial indexes of undone rows, so the length of the history does not matter.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, Subquery, Table, case, func, select, text

from desk.incoming import Raw, RawState
from desk.parcels import Parcel, ParcelState
from store.tables import PARCEL_QUEUED, PARCEL_UNDONE, RAW_UNDONE, TABLES

PARCEL = TABLES[Parcel]
RAW = TABLES[Raw]


def due_parcels(now: datetime, limit: int) -> Select[Any]:
    """The first undone parcel of each lane if it may go now, most urgent first, then oldest."""
    heads = _heads(PARCEL, PARCEL_UNDONE)
    return (
        select(PARCEL)
        .join(heads, heads.c.id == PARCEL.c.id)
        .where(PARCEL.c.state == ParcelState.QUEUED, PARCEL.c.not_before <= now)
        .order_by(PARCEL.c.urgency, PARCEL.c.id)
        .limit(limit)
    )


def next_parcel_at(after: datetime) -> Select[Any]:
    """The earliest time, later than `after`, of a queued parcel."""
    return select(func.min(PARCEL.c.not_before)).where(text(PARCEL_QUEUED), PARCEL.c.not_before > after)


def due_raws(now: datetime, limit: int) -> Select[Any]:
    """The first undone raw message of each lane if it may be worked on now: interrupted ones, then the oldest."""
    heads = _heads(RAW, RAW_UNDONE)
    return (
        select(RAW)
        .join(heads, heads.c.id == RAW.c.id)
        .where(RAW.c.state == RawState.NEW, RAW.c.not_before <= now)
        .order_by(case((RAW.c.interrupted > 0, 0), else_=1), RAW.c.id)
        .limit(limit)
    )


def _heads(table: Table, undone: str) -> Subquery:
    return select(func.min(table.c.id).label("id")).where(text(undone)).group_by(table.c.lane).subquery("head")
