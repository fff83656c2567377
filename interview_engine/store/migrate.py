"""Bring a database's tables up to this version of the application."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, MetaData, inspect, text

from interview_engine.errors import UsageError
from interview_engine.i18n import msg
from interview_engine.store.engine import Database

FOLDER = Path(__file__).parent / "migrations"
LOCK = 0x1E_5C4E_4A
"""Names the lock that keeps two starting processes of one PostgreSQL database apart; SQLite's writers are alone."""


def migrate(database: Database) -> str:
    """Apply the revisions that are missing, all or none. Several processes may do it at once. Returns the revision.

    Raises:
        UsageError: `store.newer`, the database is of a later version; `store.unversioned`, it has tables that no
            revision made.
    """
    config = _config()
    with _rebuilding(database) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        _check(connection, ScriptDirectory.from_config(config))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        _check_references(connection)
        revision = MigrationContext.configure(connection).get_current_revision()
    return revision or ""


@contextmanager
def _rebuilding(database: Database) -> Iterator[Connection]:
    """A connection that may build a table anew while others refer to it: SQLite changes columns that way, and would
    refuse to drop the old table. It looks at references only before its transaction begins."""
    with database.engine.connect() as connection:
        if not database.is_sqlite:
            yield connection
            return
        held = connection.connection.dbapi_connection
        assert held is not None
        held.cursor().execute("PRAGMA foreign_keys=OFF")
        try:
            yield connection
        finally:
            held.cursor().execute("PRAGMA foreign_keys=ON")


def _check_references(connection: Connection) -> None:
    """On SQLite: every reference still leads to a row.

    Raises:
        RuntimeError: a revision has lost rows; its transaction is rolled back.
    """
    if connection.dialect.name == "sqlite":
        broken = connection.execute(text("PRAGMA foreign_key_check")).all()
        if broken:
            raise RuntimeError(f"references to rows that are not there: {broken[:5]}")


def write_revision(database: Database, metadata: MetaData, message: str, *, folder: Path | None = None) -> Path:
    """For developers: a new revision from the difference between a migrated database and the metadata.

    Read what it wrote: renamed columns look like one removed and one added, and triggers are not seen.

    Args:
        folder: where to write it; by default with the others.
    """
    config = _config()
    if folder is not None:
        config.set_main_option("version_locations", f"{FOLDER / 'versions'}{os.pathsep}{folder}")
    with database.engine.begin() as connection:
        config.attributes.update(connection=connection, metadata=metadata)
        made = command.revision(config, message, autogenerate=True, version_path=str(folder or FOLDER / "versions"))
    assert made is not None
    assert not isinstance(made, list)
    return Path(made.path)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config


def _check(connection: Connection, scripts: ScriptDirectory) -> None:
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision is None:
        if inspect(connection).has_table("audit_event"):
            raise UsageError(
                "store.unversioned",
                msg("The database has tables that no migration of this program made."),
                msg("Use an empty database."),
            )
        return
    try:
        scripts.get_revision(revision)
    except CommandError:
        raise UsageError(
            "store.newer",
            msg("The database is of a later version ({revision}) than the program.", revision=revision),
            msg("Upgrade the program, or restore the backup from before."),
        ) from None
