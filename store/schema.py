"""Which revision of the tables a database has, and which one this program needs."""

from sqlalchemy import Connection, column, inspect, select, table

HEAD = "0004"
"""The newest revision in store/migrations; written down so that a start need not import Alembic. A test compares."""


VERSIONS = "alembic_version"
"""Alembic's table: one row with the revision."""


def recorded(connection: Connection) -> str:
    """The revision that the database's tables have; "" when it has none of ours."""
    if not inspect(connection).has_table(VERSIONS):
        return ""
    return connection.scalar(select(column("version_num")).select_from(table(VERSIONS))) or ""
