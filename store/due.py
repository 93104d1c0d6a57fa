"""The queries that ask what is to be done next.

Rule: a lane's turn belongs to its first undone row; while that one waits or is being worked on, so do all behind it.
Both read only the partial indexes of undone rows, so the length of the history does not matter.
"""

from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Subquery, Table, bindparam, case, func, select, text

from desk.incoming import Raw, RawState
from desk.parcels import Parcel, ParcelState
from store.phrase import Phrase
from store.rows import shape
from store.tables import PARCEL_QUEUED, PARCEL_UNDONE, RAW_UNDONE, TABLES

PARCEL = TABLES[Parcel]
RAW = TABLES[Raw]


NOW, LIMIT = bindparam("v0", type_=RAW.c.not_before.type), bindparam("v1", type_=Integer())
CHANNEL = bindparam("v2", type_=RAW.c.channel.type)


def _rows_with_turn(table: Table, undone: str, rank: ColumnElement[Any], *also: ColumnElement[bool]) -> Subquery:
    # Numbered in one pass, not joined with the first of each lane: an idle outbox tells PostgreSQL's planner that there
    # are no undone rows, and for a thousand it would then run through all of them a thousand times.
    turn = func.row_number().over(partition_by=table.c.lane, order_by=table.c.id).label("turn")
    rows = select(table.c.id, table.c.state, table.c.not_before, rank, turn)
    return rows.where(text(undone), *also).subquery("undone")


def _chosen(kind: type[Any], row: Subquery, conditions: list[ColumnElement[bool]]) -> Phrase:
    what = shape(kind)
    ids = select(row.c.id, row.c.rank).where(row.c.turn == 1, *conditions).order_by(row.c.rank, row.c.id).limit(LIMIT)
    chosen = ids.subquery("chosen")
    query = select(what.table).join(chosen, chosen.c.id == what.table.c.id).order_by(chosen.c.rank, chosen.c.id)
    return Phrase(query, [NOW.type, LIMIT.type], what.types)


def _due_parcels() -> Phrase:
    row = _rows_with_turn(PARCEL, PARCEL_UNDONE, PARCEL.c.urgency.label("rank"))
    return _chosen(Parcel, row, [row.c.state == ParcelState.QUEUED, row.c.not_before <= NOW])


@lru_cache(100)
def due_raws(besides: tuple[str, ...] = ()) -> Phrase:
    """The first undone raw message of each lane if it may be worked on at v0: interrupted ones, then the oldest; v1.

    `besides`: channels that are left out, lanes and all.
    """
    rank = case((RAW.c.interrupted > 0, 0), else_=1).label("rank")
    row = _rows_with_turn(RAW, RAW_UNDONE, rank, *(RAW.c.channel != channel for channel in besides))
    return _chosen(Raw, row, [row.c.state == RawState.NEW, row.c.not_before <= NOW])


def _due_together() -> Phrase:
    what = shape(Raw)
    held = case(((RAW.c.state == RawState.NEW) & (RAW.c.not_before <= NOW), 0), else_=1)
    before = func.sum(held).over(partition_by=RAW.c.lane, order_by=RAW.c.id).label("held")
    # The channel is asked for outside, or SQLite would go through all that the channel ever brought.
    row = select(RAW.c.id, RAW.c.channel, before).where(text(RAW_UNDONE)).subquery("undone")
    chosen = (
        select(row.c.id)
        .where(row.c.held == 0, row.c.channel == CHANNEL)
        .order_by(row.c.id)
        .limit(LIMIT)
        .subquery("chosen")
    )
    query = select(RAW).join(chosen, chosen.c.id == RAW.c.id).order_by(RAW.c.id)
    return Phrase(query, [NOW.type, LIMIT.type, CHANNEL.type], what.types)


DUE_PARCELS = _due_parcels()
"""The first undone parcel of each lane if it may go at v0, most urgent first, then oldest; v1 of them."""

DUE_TOGETHER = _due_together()
"""Of the channel v2, of each lane the raw messages up to the first that may not go at v0, oldest first; v1 of them."""

NEXT_PARCEL_AT = Phrase(
    select(func.min(PARCEL.c.not_before)).where(text(PARCEL_QUEUED), PARCEL.c.not_before > NOW),
    [NOW.type],
    [NOW.type],
)
"""The earliest time, later than v0, of a queued parcel."""
