"""Alembic's environment: runs the revisions on the connection that store/migrating.py hands over."""

from alembic import context

from store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,  # SQLite cannot alter a column; a batch makes the table anew
    compare_type=True,
    transactional_ddl=True,  # SQLite can, Alembic only believes that it cannot
)
context.run_migrations()
