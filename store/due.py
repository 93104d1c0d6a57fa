"""The queries that ask what is to be done next.

Rule: a lane's turn belongs to its first undone row; while that one waits or is being worked on, so do all behind it.
Both read only the partial indexes of undone rows, so the length of the history does not matter.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, Table, case, func, select, text

from desk.incoming import Raw, RawState
from desk.parcels import Parcel, ParcelState
from store.tables import PARCEL_QUEUED, PARCEL_UNDONE, RAW_UNDONE, TABLES

PARCEL = TABLES[Parcel]
RAW = TABLES[Raw]


def due_parcels(now: datetime, limit: int) -> Select[Any]:
    """The first undone parcel of each lane if it may go now, most urgent first, then oldest."""
    row = _rows_with_turn(PARCEL, PARCEL_UNDONE, PARCEL.c.urgency.label("rank"))
    return _chosen(PARCEL, row, [row.c.state == ParcelState.QUEUED, row.c.not_before <= now], limit)


def due_raws(now: datetime, limit: int) -> Select[Any]:
    """The first undone raw message of each lane if it may be worked on now: interrupted ones, then the oldest."""
    row = _rows_with_turn(RAW, RAW_UNDONE, case((RAW.c.interrupted > 0, 0), else_=1).label("rank"))
    return _chosen(RAW, row, [row.c.state == RawState.NEW, row.c.not_before <= now], limit)


def next_parcel_at(after: datetime) -> Select[Any]:
    """The earliest time, later than `after`, of a queued parcel."""
    return select(func.min(PARCEL.c.not_before)).where(text(PARCEL_QUEUED), PARCEL.c.not_before > after)


def _rows_with_turn(table: Table, undone: str, rank: ColumnElement[Any]) -> Subquery:
    # Numbered in one pass, not joined with the first of each lane: an idle outbox tells PostgreSQL's planner that there
    # are no undone rows, and for a thousand it would then run through all of them a thousand times.
    turn = func.row_number().over(partition_by=table.c.lane, order_by=table.c.id).label("turn")
    return select(table.c.id, table.c.state, table.c.not_before, rank, turn).where(text(undone)).subquery("undone")


def _chosen(table: Table, row: Subquery, conditions: list[ColumnElement[bool]], limit: int) -> Select[Any]:
    ids = select(row.c.id, row.c.rank).where(row.c.turn == 1, *conditions).order_by(row.c.rank, row.c.id).limit(limit)
    chosen = ids.subquery("chosen")
    return select(table).join(chosen, chosen.c.id == table.c.id).order_by(chosen.c.rank, chosen.c.id)
