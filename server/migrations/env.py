"""Run the steps on the connection that `server.schema` hands over (Alembic executes this file)."""

from alembic import context

from server.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite cannot alter a column: Alembic then copies the table.
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
