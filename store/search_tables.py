"""The words of tickets as each database keeps them for searching: made beside the tables, and always to be made anew.

Rule: nothing here says what the tables do not say. So no backup carries it and no migration changes it; what another
FORMAT made is thrown away, and every ticket is due. Triggers note which tickets' words have changed, whoever changed
them: nobody who writes to the tables has to think of the search.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, inspect, text

FORMAT = "1"
"""Of documents and tables together; another one makes everything anew, in the background."""

PREFIX = "search_"
"""Of the names of all that belongs to it; backups and comparisons of tables leave them out."""

NOTED: Sequence[tuple[str, str, Sequence[str]]] = (
    ("message", "SELECT {row}.ticket_id", ("ticket_id", "text", "rest", "author", "kind", "withdrawn_at")),
    ("file", "SELECT ticket_id FROM message WHERE id = {row}.message_id", ("name", "message_id")),
    ("ticket", "SELECT {row}.id", ("client_id", "organisation_id", "subject", "tags", "taken_by", "third_party")),
    ("participant", "SELECT {row}.ticket_id", ("address", "name")),
    ("detail", "SELECT {row}.ticket_id", ("value", "secret")),
    ("client", "SELECT id FROM ticket WHERE client_id = {row}.id", ("name",)),
    ("door", "SELECT id FROM ticket WHERE client_id = {row}.client_id", ("client_id", "address", "name", "username")),
    ("organisation", "SELECT id FROM ticket WHERE organisation_id = {row}.id", ("name", "number")),
)
"""By table: whose words a row's change changes, and the columns that matter."""

_SQLITE = (
    "CREATE TABLE search_due (ticket_id INTEGER PRIMARY KEY, times INTEGER NOT NULL)",
    "CREATE TABLE search_kept (ticket_id INTEGER PRIMARY KEY, packed BLOB NOT NULL)",
    # Without content: what a row had is kept packed beside it, a fifth of the size.
    (
        "CREATE VIRTUAL TABLE search_words USING fts5(subject, who, said, marks, content='', "
        "tokenize='unicode61 remove_diacritics 0')"
    ),
)
_POSTGRES = (
    "CREATE TABLE search_due (ticket_id BIGINT PRIMARY KEY, times BIGINT NOT NULL)",
    "CREATE TABLE search_words (ticket_id BIGINT PRIMARY KEY, words tsvector NOT NULL)",
    "CREATE INDEX search_words_gin ON search_words USING gin (words) WITH (fastupdate = off)",
)
_ALL = ("search_words", "search_kept", "search_due", "search_format")


def ready(connection: Connection) -> bool:
    """Whether the index is there in today's form."""
    if not inspect(connection).has_table("search_format"):
        return False
    return bool(connection.scalar(text("SELECT value FROM search_format")) == FORMAT)


def progress(connection: Connection) -> tuple[int, int]:
    """How many tickets are due, and how many there are."""
    whole = connection.scalar(text("SELECT count(*) FROM ticket")) or 0
    return (connection.scalar(text("SELECT count(*) FROM search_due")) or 0) if ready(connection) else whole, whole


def ensure(connection: Connection) -> None:
    """Make what is missing, inside the connection's transaction; then every ticket is due."""
    if ready(connection):
        return
    drop(connection)
    on_sqlite = connection.dialect.name == "sqlite"
    for statement in _SQLITE if on_sqlite else _POSTGRES:
        connection.execute(text(statement))
    for statement in _sqlite_triggers() if on_sqlite else _postgres_triggers():
        connection.exec_driver_sql(statement)
    connection.execute(text("INSERT INTO search_due (ticket_id, times) SELECT id, 1 FROM ticket"))
    connection.execute(text("CREATE TABLE search_format (value TEXT NOT NULL)"))
    connection.execute(text("INSERT INTO search_format (value) VALUES (:format)"), {"format": FORMAT})


def drop(connection: Connection) -> None:
    """Take everything away; the tables lose nothing by it."""
    for table, _, _ in NOTED:
        for happening in ("insert", "update", "delete"):
            on = "" if connection.dialect.name == "sqlite" else f" ON {table}"
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS search_{table}_{happening}{on}")
    for table in _ALL:
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table}")
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql("DROP FUNCTION IF EXISTS search_note() CASCADE")


_NOTE = (
    "INSERT INTO search_due (ticket_id, times) SELECT ticket_id, 1 FROM ({tickets}) AS changed "
    "WHERE ticket_id IS NOT NULL ON CONFLICT (ticket_id) DO UPDATE SET times = search_due.times + 1"
)


def _note(tickets: str, row: str) -> str:
    named = tickets.format(row=row).replace("SELECT id ", "SELECT id AS ticket_id ", 1)
    if "FROM" not in named:
        named = f"SELECT {row}.{named.rpartition('.')[2]} AS ticket_id"
    return _NOTE.format(tickets=named)


def _sqlite_triggers() -> list[str]:
    made = []
    for table, tickets, columns in NOTED:
        changed = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in columns)
        fresh, gone = _note(tickets, "NEW"), _note(tickets, "OLD")
        made += [
            f"CREATE TRIGGER search_{table}_insert AFTER INSERT ON {table} BEGIN {fresh}; END",
            f"CREATE TRIGGER search_{table}_delete AFTER DELETE ON {table} BEGIN {gone}; END",
            (
                f"CREATE TRIGGER search_{table}_update AFTER UPDATE OF {', '.join(columns)} ON {table} WHEN {changed} "
                f"BEGIN {gone}; {fresh}; END"
            ),
        ]
    return made


def _postgres_triggers() -> list[str]:
    cases = []
    for table, tickets, columns in NOTED:
        changed = " OR ".join(
            f"OLD.{column}{_cast(column)} IS DISTINCT FROM NEW.{column}{_cast(column)}" for column in columns
        )
        cases.append(
            f"IF TG_TABLE_NAME = '{table}' THEN"
            f" IF TG_OP = 'INSERT' THEN {_note(tickets, 'NEW')};"
            f" ELSIF TG_OP = 'DELETE' THEN {_note(tickets, 'OLD')};"
            f" ELSIF {changed} THEN {_note(tickets, 'OLD')}; {_note(tickets, 'NEW')};"
            f" END IF; RETURN NULL; END IF;"
        )
    head = "CREATE FUNCTION search_note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    made = [f"{head} {' '.join(cases)} RETURN NULL; END $$"]
    for table, _, columns in NOTED:
        made += [
            (
                f"CREATE TRIGGER search_{table}_insert AFTER INSERT OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION search_note()"
            ),
            (
                f"CREATE TRIGGER search_{table}_update AFTER UPDATE OF {', '.join(columns)} ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION search_note()"
            ),
        ]
    return made


def _cast(column: str) -> str:
    return "::text" if column == "tags" else ""  # PostgreSQL compares no JSON
