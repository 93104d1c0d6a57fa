"""Which revision of the tables a database has, and which one this program needs."""

from sqlalchemy import Connection, inspect, text

HEAD = "0001"
"""The newest revision in store/migrations; written down so that a start need not import Alembic. A test compares."""


def recorded(connection: Connection) -> str:
    """The revision that the database's tables have; "" when it has none of ours."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or ""
