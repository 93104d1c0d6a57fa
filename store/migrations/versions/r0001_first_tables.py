"""The first tables.

Revision 0001, after nothing.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make all tables, in an order in which each points only to those before."""
    _audit()
    _client()
    _counter()
    _fact()
    _key()
    _raw()
    _door()
    _link()
    _suggestion()
    _ticket()
    _message()
    _thread()
    _file()
    _parcel()
    _revision()
    _trace()
    op.execute("INSERT INTO counter (name, last) VALUES ('ticket', 0)")


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("who", TEXT, nullable=False),
        sa.Column("what", TEXT, nullable=False),
        sa.Column("ticket_id", NUMBER, nullable=True),
        sa.Column("client_id", NUMBER, nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_client_id", "audit", ["client_id"])
    op.create_index("ix_audit_ticket_id", "audit", ["ticket_id"])


def _client() -> None:
    op.create_table(
        "client",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("language", TEXT, nullable=False),
        sa.Column("spoken", TEXT, nullable=False),
        sa.Column("joined_to", NUMBER, nullable=True),
        sa.Column("created_at", AT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_client"),
        sqlite_autoincrement=True,
    )


def _counter() -> None:
    op.create_table(
        "counter",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("last", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counter"),
    )


def _fact() -> None:
    op.create_table(
        "fact",
        sa.Column("key", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_fact"),
    )


def _key() -> None:
    op.create_table(
        "key",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("sort", TEXT, nullable=False),
        sa.Column("secret", TEXT, nullable=False),
        sa.Column("client_id", NUMBER, nullable=False),
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("address", TEXT, nullable=False),
        sa.Column("tries", NUMBER, nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("expires_at", AT, nullable=False),
        sa.Column("used_at", AT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_key_channel_address", "key", ["channel", "address"])
    op.create_index("ix_key_client_id", "key", ["client_id"])
    op.create_index("ix_key_secret", "key", ["secret"])


def _raw() -> None:
    op.create_table(
        "raw",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("place", TEXT, nullable=False),
        sa.Column("external_id", TEXT, nullable=False),
        sa.Column("lane", TEXT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("size", NUMBER, nullable=False),
        sa.Column("album", TEXT, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", NUMBER, nullable=False),
        sa.Column("interrupted", NUMBER, nullable=False),
        sa.Column("not_before", AT, nullable=False),
        sa.Column("error", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_raw"),
        sa.UniqueConstraint("channel", "place", "external_id", name="uq_raw_channel_place_external_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_raw_album", "raw", ["album"])
    op.create_index("ix_raw_digest", "raw", ["digest"])
    op.create_index("ix_raw_state", "raw", ["state"])
    op.create_index(
        "ix_raw_undone",
        "raw",
        ["lane", "id"],
        sqlite_where=sa.text("state IN ('new', 'working')"),
        postgresql_where=sa.text("state IN ('new', 'working')"),
    )


def _door() -> None:
    op.create_table(
        "door",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("client_id", NUMBER, nullable=False),
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("address", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("username", TEXT, nullable=False),
        sa.Column("place", TEXT, nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("used_at", AT, nullable=False),
        sa.Column("shut_at", AT, nullable=True),
        sa.Column("shut_reason", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_door"),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name="fk_door_client_id_client"),
        sa.UniqueConstraint("channel", "address", name="uq_door_channel_address"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_door_client_id", "door", ["client_id"])


def _link() -> None:
    op.create_table(
        "link",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("kept_id", NUMBER, nullable=False),
        sa.Column("joined_id", NUMBER, nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("doors", sa.JSON(), nullable=False),
        sa.Column("tickets", sa.JSON(), nullable=False),
        sa.Column("undone_at", AT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_link"),
        sa.ForeignKeyConstraint(["kept_id"], ["client.id"], name="fk_link_kept_id_client"),
        sa.ForeignKeyConstraint(["joined_id"], ["client.id"], name="fk_link_joined_id_client"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_link_joined_id", "link", ["joined_id"])
    op.create_index("ix_link_kept_id", "link", ["kept_id"])


def _suggestion() -> None:
    op.create_table(
        "suggestion",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("client_id", NUMBER, nullable=False),
        sa.Column("other_id", NUMBER, nullable=False),
        sa.Column("ticket_id", NUMBER, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_suggestion"),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name="fk_suggestion_client_id_client"),
        sa.ForeignKeyConstraint(["other_id"], ["client.id"], name="fk_suggestion_other_id_client"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_suggestion_client_id_other_id", "suggestion", ["client_id", "other_id"])
    op.create_index("ix_suggestion_ticket_id", "suggestion", ["ticket_id"])


def _ticket() -> None:
    op.create_table(
        "ticket",
        sa.Column("id", NUMBER, nullable=False, autoincrement=False),
        sa.Column("client_id", NUMBER, nullable=False),
        sa.Column("opened_door_id", NUMBER, nullable=False),
        sa.Column("door_id", NUMBER, nullable=False),
        sa.Column("line", TEXT, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("language", TEXT, nullable=False),
        sa.Column("verdict", sa.JSON(), nullable=False),
        sa.Column("taken_by", TEXT, nullable=False),
        sa.Column("taken_id", TEXT, nullable=False),
        sa.Column("related_id", NUMBER, nullable=True),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("active_at", AT, nullable=False),
        sa.Column("client_wrote_at", AT, nullable=False),
        sa.Column("solved_at", AT, nullable=True),
        sa.Column("closed_at", AT, nullable=True),
        sa.Column("closing", sa.Text(), nullable=True),
        sa.Column("question", TEXT, nullable=False),
        sa.Column("asked_at", AT, nullable=True),
        sa.Column("clock_from", AT, nullable=True),
        sa.Column("reminded", NUMBER, nullable=False),
        sa.Column("kept", NUMBER, nullable=False),
        sa.Column("snoozed_until", AT, nullable=True),
        sa.Column("reminder_id", NUMBER, nullable=True),
        sa.Column("held_reason", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ticket"),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name="fk_ticket_client_id_client"),
        sa.ForeignKeyConstraint(["opened_door_id"], ["door.id"], name="fk_ticket_opened_door_id_door"),
        sa.ForeignKeyConstraint(["door_id"], ["door.id"], name="fk_ticket_door_id_door"),
    )
    op.create_index("ix_ticket_client_id_status", "ticket", ["client_id", "status"])
    op.create_index("ix_ticket_reminder_id", "ticket", ["reminder_id"])
    op.create_index("ix_ticket_status", "ticket", ["status"])


def _message() -> None:
    op.create_table(
        "message",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("ticket_id", NUMBER, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("author", TEXT, nullable=False),
        sa.Column("author_id", TEXT, nullable=False),
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("door_id", NUMBER, nullable=True),
        sa.Column("external_id", TEXT, nullable=False),
        sa.Column("text", TEXT, nullable=False),
        sa.Column("rest", TEXT, nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("withdrawn_at", AT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_message_ticket_id_ticket"),
        sa.ForeignKeyConstraint(["door_id"], ["door.id"], name="fk_message_door_id_door"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_message_external_id", "message", ["external_id"])
    op.create_index("ix_message_ticket_id", "message", ["ticket_id"])


def _thread() -> None:
    op.create_table(
        "thread",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("ticket_id", NUMBER, nullable=False),
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("place", TEXT, nullable=False),
        sa.Column("external_id", TEXT, nullable=False),
        sa.Column("card_id", TEXT, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("replayed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_thread"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_thread_ticket_id_ticket"),
        sa.UniqueConstraint("ticket_id", "channel", name="uq_thread_ticket_id_channel"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_thread_channel_place_external_id", "thread", ["channel", "place", "external_id"])


def _file() -> None:
    op.create_table(
        "file",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("message_id", NUMBER, nullable=False),
        sa.Column("sort", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("mime", TEXT, nullable=False),
        sa.Column("size", NUMBER, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("remote_id", TEXT, nullable=False),
        sa.Column("inline", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_file"),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_file_message_id_message"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_file_message_id", "file", ["message_id"])


def _parcel() -> None:
    op.create_table(
        "parcel",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("place", TEXT, nullable=False),
        sa.Column("lane", TEXT, nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("urgency", NUMBER, nullable=False),
        sa.Column("ticket_id", NUMBER, nullable=True),
        sa.Column("message_id", NUMBER, nullable=True),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("not_before", AT, nullable=False),
        sa.Column("attempts", NUMBER, nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("sent_at", AT, nullable=True),
        sa.Column("external_id", TEXT, nullable=False),
        sa.Column("error", TEXT, nullable=False),
        sa.Column("coalesce", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_parcel"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_parcel_ticket_id_ticket"),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_parcel_message_id_message"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_parcel_coalesce", "parcel", ["coalesce"])
    op.create_index("ix_parcel_message_id", "parcel", ["message_id"])
    op.create_index(
        "ix_parcel_queued",
        "parcel",
        ["not_before"],
        sqlite_where=sa.text("state = 'queued'"),
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.create_index("ix_parcel_state", "parcel", ["state"])
    op.create_index("ix_parcel_ticket_id", "parcel", ["ticket_id"])
    op.create_index(
        "ix_parcel_undone",
        "parcel",
        ["lane", "id"],
        sqlite_where=sa.text("state IN ('queued', 'sending')"),
        postgresql_where=sa.text("state IN ('queued', 'sending')"),
    )


def _revision() -> None:
    op.create_table(
        "revision",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("message_id", NUMBER, nullable=False),
        sa.Column("text", TEXT, nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_revision"),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_revision_message_id_message"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_revision_message_id", "revision", ["message_id"])


def _trace() -> None:
    op.create_table(
        "trace",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("place", TEXT, nullable=False),
        sa.Column("external_id", TEXT, nullable=False),
        sa.Column("ticket_id", NUMBER, nullable=True),
        sa.Column("message_id", NUMBER, nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("parcel_id", NUMBER, nullable=True),
        sa.Column("at", AT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_trace"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_trace_ticket_id_ticket"),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_trace_message_id_message"),
        sa.UniqueConstraint("channel", "place", "external_id", name="uq_trace_channel_place_external_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_trace_external_id", "trace", ["external_id"])
    op.create_index("ix_trace_message_id", "trace", ["message_id"])
    op.create_index("ix_trace_parcel_id", "trace", ["parcel_id"])
    op.create_index("ix_trace_ticket_id", "trace", ["ticket_id"])
