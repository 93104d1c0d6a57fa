"""Organisations with their contracts, and what tickets are promised: type, priority, plan, clocks, details, marks.

Revision 0003, after 0002. Long, because eleven tables are described whole.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Tickets that are there have no plan, so nothing is promised in them; their clocks stand where they would."""
    _organisations()
    _records()
    with op.batch_alter_table("client", table_kwargs={"sqlite_autoincrement": True}) as table:
        table.add_column(sa.Column("organisation_id", NUMBER, nullable=True))
        table.create_index("ix_client_organisation_id", ["organisation_id"])
        table.create_foreign_key("fk_client_organisation_id_organisation", "organisation", ["organisation_id"], ["id"])
    _tickets()
    op.execute("UPDATE ticket SET closing = 'withdrawn' WHERE closing = 'client'")
    for status, since in (("waiting", "clock_from"), ("solved", "solved_at"), ("closed", "closed_at")):
        op.execute(
            f"INSERT INTO pause (ticket_id, why, since) SELECT id, '{status}', {since} FROM ticket"  # noqa: S608 - our own words
            f" WHERE status = '{status}' AND {since} IS NOT NULL"
        )


FILLED: dict[str, tuple[Any, str]] = {
    "priority": (sa.Text(), "normal"),
    "tags": (sa.JSON(), "[]"),
    "plan": (TEXT, ""),
    "plan_by": (TEXT, ""),
    "third_party": (TEXT, ""),
    "findings": (TEXT, ""),
    "warned": (sa.JSON(), "[]"),
}
"""Columns that are never empty, with what the rows have that are there."""

OPEN: tuple[tuple[str, Any], ...] = (
    ("spared_until", AT), ("organisation_id", NUMBER), ("type", sa.Text()), ("wished", sa.Text()),
    ("answer_from", AT), ("answered_at", AT), ("answer_took", NUMBER), ("answer_limit", NUMBER),
    ("solve_from", AT), ("solve_took", NUMBER), ("solve_limit", NUMBER),
)  # fmt: skip


def _tickets() -> None:
    with op.batch_alter_table("ticket") as table:
        for name, kind in OPEN:
            table.add_column(sa.Column(name, kind, nullable=True))
        for name, (kind, value) in FILLED.items():
            table.add_column(sa.Column(name, kind, nullable=False, server_default=value))
        for name in ("closed_at", "created_at", "organisation_id"):
            table.create_index(f"ix_ticket_{name}", [name])
        table.create_foreign_key("fk_ticket_organisation_id_organisation", "organisation", ["organisation_id"], ["id"])
    # The default served the rows that were there; from now on every value is said.
    with op.batch_alter_table("ticket") as table:
        for name, (kind, _) in FILLED.items():
            table.alter_column(name, existing_type=kind, existing_nullable=False, server_default=None)


def _organisations() -> None:
    op.create_table(
        "organisation",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("number", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("plan", TEXT, nullable=False),
        sa.Column("valid_from", TEXT, nullable=True),
        sa.Column("valid_until", TEXT, nullable=True),
        sa.Column("product", TEXT, nullable=False),
        sa.Column("licence", TEXT, nullable=False),
        sa.Column("domains", sa.JSON(), nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("changed_at", AT, nullable=False),
        sa.Column("warned", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_organisation"),
        sa.UniqueConstraint("number", name="uq_organisation_number"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_organisation_licence", "organisation", ["licence"])
    op.create_table(
        "domain",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("organisation_id", NUMBER, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name="fk_domain_organisation_id_organisation"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_domain"),
        sa.UniqueConstraint("name", name="uq_domain_name"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_domain_organisation_id", "domain", ["organisation_id"])
    op.create_table(
        "contact",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("organisation_id", NUMBER, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("role", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name="fk_contact_organisation_id_organisation"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_contact"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_contact_organisation_id", "contact", ["organisation_id"])
    op.create_table(
        "reach",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("contact_id", NUMBER, nullable=False),
        sa.Column("organisation_id", NUMBER, nullable=False),
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("address", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_reach_contact_id_contact"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name="fk_reach_organisation_id_organisation"),
        sa.PrimaryKeyConstraint("id", name="pk_reach"),
        sa.UniqueConstraint("channel", "address", name="uq_reach_channel_address"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_reach_contact_id", "reach", ["contact_id"])
    op.create_index("ix_reach_organisation_id", "reach", ["organisation_id"])
    op.create_table(
        "belonging",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("client_id", NUMBER, nullable=False),
        sa.Column("organisation_id", NUMBER, nullable=False),
        sa.Column("sign", sa.Text(), nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.Column("proven", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.Column("ticket_id", NUMBER, nullable=True),
        sa.Column("at", AT, nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name="fk_belonging_client_id_client"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name="fk_belonging_organisation_id_organisation"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_belonging"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_belonging_client_id_organisation_id", "belonging", ["client_id", "organisation_id"])
    op.create_index("ix_belonging_organisation_id", "belonging", ["organisation_id"])


def _records() -> None:
    op.create_table(
        "detail",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("ticket_id", NUMBER, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.Column("secret", sa.Boolean(), nullable=False),
        sa.Column("waived", sa.Boolean(), nullable=False),
        sa.Column("skipped", sa.Boolean(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_detail_ticket_id_ticket"),
        sa.PrimaryKeyConstraint("id", name="pk_detail"),
        sa.UniqueConstraint("ticket_id", "name", name="uq_detail_ticket_id_name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "pause",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("ticket_id", NUMBER, nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("since", AT, nullable=False),
        sa.Column("until", AT, nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_pause_ticket_id_ticket"),
        sa.PrimaryKeyConstraint("id", name="pk_pause"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_pause_ticket_id", "pause", ["ticket_id"])
    op.create_table(
        "estimate",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("ticket_id", NUMBER, nullable=False),
        sa.Column("minutes", NUMBER, nullable=False),
        sa.Column("text", TEXT, nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.Column("by_id", TEXT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("message_id", NUMBER, nullable=True),
        sa.Column("answered_at", AT, nullable=True),
        sa.Column("answered_by", TEXT, nullable=False),
        sa.Column("answered_through", TEXT, nullable=False),
        sa.Column("door_id", NUMBER, nullable=True),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_estimate_message_id_message"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_estimate_ticket_id_ticket"),
        sa.PrimaryKeyConstraint("id", name="pk_estimate"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_estimate_message_id", "estimate", ["message_id"])
    op.create_index("ix_estimate_ticket_id", "estimate", ["ticket_id"])
    op.create_table(
        "spent",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("ticket_id", NUMBER, nullable=False),
        sa.Column("minutes", NUMBER, nullable=False),
        sa.Column("comment", TEXT, nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.Column("by_id", TEXT, nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("estimate_id", NUMBER, nullable=True),
        sa.Column("withdrawn_at", AT, nullable=True),
        sa.ForeignKeyConstraint(["estimate_id"], ["estimate.id"], name="fk_spent_estimate_id_estimate"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_spent_ticket_id_ticket"),
        sa.PrimaryKeyConstraint("id", name="pk_spent"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_spent_at", "spent", ["at"])
    op.create_index("ix_spent_ticket_id", "spent", ["ticket_id"])
    op.create_table(
        "rating",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("ticket_id", NUMBER, nullable=False),
        sa.Column("client_id", NUMBER, nullable=False),
        sa.Column("engineer", TEXT, nullable=False),
        sa.Column("asked_at", AT, nullable=False),
        sa.Column("stars", NUMBER, nullable=True),
        sa.Column("words", TEXT, nullable=False),
        sa.Column("given_at", AT, nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name="fk_rating_client_id_client"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_rating_ticket_id_ticket"),
        sa.PrimaryKeyConstraint("id", name="pk_rating"),
        sa.UniqueConstraint("ticket_id", name="uq_rating_ticket_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_rating_client_id_asked_at", "rating", ["client_id", "asked_at"])
    op.create_index("ix_rating_given_at", "rating", ["given_at"])
