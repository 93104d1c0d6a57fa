"""Claimed doors, participants of a mail thread, a mail's raw form, and mails of which only the header was fetched.

Revision 0002, after 0001.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """What is there stays as it is: no door is claimed, no message knows its raw mail, none was too large."""
    with op.batch_alter_table("door", table_kwargs={"sqlite_autoincrement": True}) as table:
        table.add_column(sa.Column("claimed", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("vouched_at", AT, nullable=True))
        table.drop_constraint("uq_door_channel_address", type_="unique")
        table.create_unique_constraint("uq_door_channel_address_claimed", ["channel", "address", "claimed"])
    _without_default("door", "claimed", sa.Boolean())
    op.add_column("message", sa.Column("raw_id", NUMBER, nullable=True))
    op.create_index("ix_message_door_id_at", "message", ["door_id", "at"])
    with op.batch_alter_table("raw", table_kwargs={"sqlite_autoincrement": True}) as table:
        table.add_column(sa.Column("whole", NUMBER, nullable=False, server_default="0"))
    _without_default("raw", "whole", NUMBER)
    op.create_table(
        "participant",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("ticket_id", NUMBER, nullable=False),
        sa.Column("address", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_participant"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_participant_ticket_id_ticket"),
        sa.UniqueConstraint("ticket_id", "address", name="uq_participant_ticket_id_address"),
        sqlite_autoincrement=True,
    )
    _indexes()


def _indexes() -> None:
    """A flood of mail: what is asked of thousands of waiting rows stands in an index, and so does what a sender got."""
    op.drop_index("ix_parcel_undone", "parcel")
    op.drop_index("ix_parcel_coalesce", "parcel")
    op.drop_index("ix_raw_undone", "raw")
    op.drop_index("ix_raw_state", "raw")
    op.create_index("ix_parcel_coalesce_state", "parcel", ["coalesce", "state"])
    op.create_index("ix_parcel_lane_created_at", "parcel", ["lane", "created_at"])
    op.create_index("ix_raw_state_not_before", "raw", ["state", "not_before"])
    for table, states, more in (
        ("parcel", "state IN ('queued', 'sending')", ["urgency"]),
        ("raw", "state IN ('new', 'working')", ["interrupted", "channel"]),
    ):
        undone = sa.text(states)
        columns = ["lane", "id", "state", "not_before", *more]
        op.create_index(f"ix_{table}_undone", table, columns, sqlite_where=undone, postgresql_where=undone)


def _without_default(table: str, column: str, kind: sa.types.TypeEngine[Any]) -> None:
    """The default served the rows that were there; from now on every value is said."""
    with op.batch_alter_table(table, table_kwargs={"sqlite_autoincrement": True}) as changed:
        changed.alter_column(column, existing_type=kind, existing_nullable=False, server_default=None)
