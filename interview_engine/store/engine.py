"""The database: SQLite in WAL mode by default, PostgreSQL by its address. One transaction per user action."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from interview_engine.errors import InterviewEngineError, UsageError
from interview_engine.i18n import msg
from interview_engine.store.base import as_json
from interview_engine.store.outages import outage_of
from interview_engine.store.secrets import SecretBox
from interview_engine.store.trail_seal import KEY

_LOG = logging.getLogger(__name__)

POOL, POOL_MORE = 10, 20
"""Connections to PostgreSQL that are kept, and that may be opened beside them."""
BOX = "box"
"""Where a session has the installation's box (`Session.info`)."""
BUSY_TIMEOUT_MS = 15_000
"""How long a writer waits for another on SQLite before it is an error."""
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
"""`secure_delete`: what is deleted is overwritten with zeros in the file, whatever the library was built with."""
CHECKPOINT_MS = 1_000
"""How long the emptying of the log may make writers wait."""
HURRIED_MS = 50
"""The same for what may be left undone."""


class Database:
    """An open database. Safe to share between threads; make a new one in a new process."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.trail_key: bytes | None = None
        """What the audit trail is sealed with; set by who opens the store of an installation."""
        self.box: SecretBox | None = None
        """What opens the keys of persons (`vault`); set by the same."""

    @property
    def is_sqlite(self) -> bool:
        """Whether it is the embedded default."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session whose work is committed as one at the end, or not at all when anything is raised.

        The one exception are errors that say `keeps_work`: they are raised after the commit.
        """
        kept: InterviewEngineError | None = None
        with Session(self.engine, expire_on_commit=False, info=self._info()) as session, session.begin():
            try:
                yield session
            except InterviewEngineError as error:
                if not error.keeps_work:
                    raise
                kept = error
        if kept is not None:
            raise kept

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads: takes no write lock on SQLite, never commits."""
        with (
            self.engine.connect().execution_options(reading=True) as connection,
            Session(connection, info=self._info()) as session,
        ):
            yield session

    def attempt(self, work: Callable[[Session], object]) -> bool:
        """Do a small piece of work that may as well be left undone, such as noting a last visit.

        Waits for nobody and raises no outage: a page that only reads must not fail for it. Returns whether it was done.
        """
        try:
            with (
                self.engine.connect().execution_options(hurried=True) as connection,
                Session(connection, info=self._info()) as session,
                session.begin(),
            ):
                if not self.is_sqlite:
                    session.execute(text(f"SET LOCAL lock_timeout = {HURRIED_MS}"))
                work(session)
        except (DBAPIError, PoolTimeout) as error:
            outage = outage_of(error)
            if outage is None:
                raise
            _LOG.info("left undone, because the database is %s", outage)
            return False
        return True

    def _info(self) -> dict[Any, Any]:
        return {KEY: self.trail_key, BOX: self.box}

    def empty_log(self) -> bool:
        """Take what was deleted out of SQLite's write-ahead log, where the pages before and after lie in clear.

        Returns whether it is empty; False when a reader or writer was in the way: try again. PostgreSQL has its own
        log and vacuum, see docs/operations.md: True.
        """
        if not self.is_sqlite:
            return True
        connection = self.engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute(f"PRAGMA busy_timeout={CHECKPOINT_MS}")
            try:
                busy, _, _ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
                cursor.close()
        finally:
            connection.close()
        return not busy

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def open_database(url: str) -> Database:
    """Open "sqlite:///path" or "postgresql://user:password@host/name". Creates no tables: see `migrate`.

    Raises:
        UsageError: `store.url`, the address is neither.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise _bad_url() from None
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername == "postgresql+psycopg":
        return Database(
            create_engine(parsed, json_serializer=as_json, pool_size=POOL, max_overflow=POOL_MORE, pool_pre_ping=True)
        )
    if parsed.drivername != "sqlite" or not parsed.database or parsed.database == ":memory:":
        raise _bad_url()
    Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        parsed, json_serializer=as_json,
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False},
    )  # fmt: skip
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    event.listen(engine, "checkin", _patient_again)
    return Database(engine)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we emit BEGIN ourselves: the driver's own comes too late for reads
    cursor = connection.cursor()
    for pragma in (*PRAGMAS, f"busy_timeout={BUSY_TIMEOUT_MS}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """IMMEDIATE for writers: a transaction that reads first and writes later would fail when another wrote between."""
    options = connection.get_execution_options()
    reading = options.get("reading", False)
    if options.get("hurried", False):
        connection.info["hurried"] = True
        _wait_at_most(connection.connection.dbapi_connection, HURRIED_MS)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _patient_again(connection: Any, record: ConnectionPoolEntry) -> None:
    """A connection that was hurried waits as long as any other when it is used again."""
    if connection is not None and record.info.pop("hurried", False):
        _wait_at_most(connection, BUSY_TIMEOUT_MS)


def _wait_at_most(connection: Any, milliseconds: int) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={milliseconds}")
    cursor.close()


def _bad_url() -> UsageError:
    return UsageError(
        "store.url",
        msg("The database address is not valid."),
        msg("It is sqlite:///path or postgresql://user:password@host/name."),
    )
