"""Bring a database to the schema that this version speaks; refuse one that a newer version has made."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from server import migrations
from server.errors import StartError

#: What the tables amounted to when servers still made them without noting a version.
FIRST_REVISION: Final = "0001"

_MARK_OF_FIRST = "runbuddy_sessions"
#: Any number of the project's own: one process migrates a PostgreSQL database at a time.
_ADVISORY_LOCK: Final = 0x10C57E9


def migrate(connection: Connection, shown_url: str) -> None:
    """Take all missing steps in the connection's transaction.

    A database without a version that has the first tables is taken over as it is. Errors: `StartError` when the
    database is of a version that is not known here; nothing has been changed then.
    """
    _lock(connection)
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    found = set(MigrationContext.configure(connection).get_current_heads())
    if found - known:
        raise StartError(
            f"The database {shown_url} was made by a newer version of this server (schema {', '.join(sorted(found))}). "
            "Update this server, or give it another --database."
        )
    if not found and inspect(connection).has_table(_MARK_OF_FIRST):
        command.stamp(config, FIRST_REVISION)
    command.upgrade(config, "head")


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        # Python's driver begins no transaction before DDL by itself; waiting is bounded by the busy timeout.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    elif connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
