"""What engineers keep beside a ticket, tickets that belong together, bans and news of clients, and what a message is.

Revision 0004, after 0003. Long, because six tables are described whole.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
AT = sa.DateTime(timezone=True)

FILLED: dict[str, dict[str, tuple[Any, str]]] = {
    "client": {"banned_by": (TEXT, ""), "ban_reason": (TEXT, "")},
    "contact": {"news": (TEXT, "")},
    "ticket": {"incident": (sa.Boolean(), "0")},
    "message": {"data": (sa.JSON(), "{}")},
}
"""Columns that are never empty, by table, with what the rows have that are there."""

OPEN: dict[str, tuple[tuple[str, Any], ...]] = {
    "client": (("banned_at", AT), ("news_at", AT), ("no_news_at", AT), ("forgotten_at", AT)),
    "ticket": (("merged_into", NUMBER), ("parent_id", NUMBER), ("later_until", AT)),
    "parcel": (("mailing_id", NUMBER),),
}

PARTIAL = (
    ("ix_ticket_parent", "ticket", ["parent_id"], "parent_id IS NOT NULL"),
    ("ix_ticket_merged", "ticket", ["merged_into"], "merged_into IS NOT NULL"),
    ("ix_parcel_mailing", "parcel", ["mailing_id", "state"], "mailing_id IS NOT NULL"),
    ("ix_appointment_open", "appointment", ["at"], "done_at IS NULL"),
)


def upgrade() -> None:
    """Nobody is banned, nothing is merged, no ticket is part of another."""
    for table, columns in OPEN.items():
        for name, kind in columns:
            op.add_column(table, sa.Column(name, kind, nullable=True))
    for table, filled in FILLED.items():
        _filled(table, filled)
    _tables()
    op.create_index("ix_file_key", "file", ["key"])  # whether another row names a content that is given up
    for index, table, names, condition in PARTIAL:
        where = sa.text(condition)
        op.create_index(index, table, names, sqlite_where=where, postgresql_where=where)


def _filled(table: str, columns: dict[str, tuple[Any, str]]) -> None:
    # Ticket numbers come from a counter, all other ids from the table itself.
    kept: dict[str, Any] = {} if table == "ticket" else {"table_kwargs": {"sqlite_autoincrement": True}}
    for name, (kind, value) in columns.items():
        default = sa.text("false") if isinstance(kind, sa.Boolean) else value
        op.add_column(table, sa.Column(name, kind, nullable=False, server_default=default))
    # The default served the rows that were there; from now on every value is said.
    with op.batch_alter_table(table, **kept) as batch:
        for name, (kind, _) in columns.items():
            batch.alter_column(name, existing_type=kind, existing_nullable=False, server_default=None)


def _tables() -> None:
    op.create_table(
        "appointment",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("ticket_id", NUMBER, nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("words", TEXT, nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.Column("by_id", TEXT, nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("made_at", AT, nullable=False),
        sa.Column("done_at", AT, nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_appointment_ticket_id_ticket"),
        sa.PrimaryKeyConstraint("id", name="pk_appointment"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_appointment_ticket_id", "appointment", ["ticket_id"])
    op.create_table(
        "item",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("ticket_id", NUMBER, nullable=False),
        sa.Column("checklist", TEXT, nullable=False),
        sa.Column("place", NUMBER, nullable=False),
        sa.Column("text", TEXT, nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.Column("done_at", AT, nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_item_ticket_id_ticket"),
        sa.PrimaryKeyConstraint("id", name="pk_item"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_item_ticket_id", "item", ["ticket_id"])
    op.create_table(
        "watcher",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("ticket_id", NUMBER, nullable=False),
        sa.Column("telegram", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_watcher_ticket_id_ticket"),
        sa.PrimaryKeyConstraint("id", name="pk_watcher"),
        sa.UniqueConstraint("ticket_id", "telegram", name="uq_watcher_ticket_id_telegram"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "use",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("sort", sa.Text(), nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("ticket_id", NUMBER, nullable=True),
        sa.Column("by", TEXT, nullable=False),
        sa.Column("what", TEXT, nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_use_ticket_id_ticket"),
        sa.PrimaryKeyConstraint("id", name="pk_use"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_use_sort_name_what", "use", ["sort", "name", "what"])
    op.create_index("ix_use_ticket_id", "use", ["ticket_id"])
    op.create_table(
        "mailing",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("sort", sa.Text(), nullable=False),
        sa.Column("ticket_id", NUMBER, nullable=True),
        sa.Column("product", TEXT, nullable=False),
        sa.Column("text", TEXT, nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.Column("by_id", TEXT, nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("total", NUMBER, nullable=False),
        sa.Column("told", TEXT, nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("ended_at", AT, nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_mailing_ticket_id_ticket"),
        sa.PrimaryKeyConstraint("id", name="pk_mailing"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_mailing_ticket_id", "mailing", ["ticket_id"])
    op.create_index("ix_mailing_ended_at", "mailing", ["ended_at"])
    op.create_table(
        "erasure",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("client_id", NUMBER, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.Column("by_id", TEXT, nullable=False),
        sa.Column("asked_at", AT, nullable=False),
        sa.Column("due_at", AT, nullable=False),
        sa.Column("stopped_at", AT, nullable=True),
        sa.Column("stopped_by", TEXT, nullable=False),
        sa.Column("done_at", AT, nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name="fk_erasure_client_id_client"),
        sa.PrimaryKeyConstraint("id", name="pk_erasure"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_erasure_client_id", "erasure", ["client_id"])
    op.create_index("ix_erasure_due_at", "erasure", ["due_at"])
