"""The database: SQLite in WAL mode by default, PostgreSQL by its address. One transaction per user action."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session

from interview_engine.errors import Bilingual, InterviewEngineError, UsageError

BUSY_TIMEOUT_MS = 15_000
"""How long a writer waits for another on SQLite before it is an error."""


class Database:
    """An open database. Safe to share between threads; make a new one in a new process."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

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
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
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
        with self.engine.connect().execution_options(reading=True) as connection, Session(connection) as session:
            yield session

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
        return Database(create_engine(parsed, pool_size=10, max_overflow=20, pool_pre_ping=True))
    if parsed.drivername != "sqlite" or not parsed.database or parsed.database == ":memory:":
        raise _bad_url()
    Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return Database(engine)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we emit BEGIN ourselves: the driver's own comes too late for reads
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_TIMEOUT_MS}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """IMMEDIATE for writers: a transaction that reads first and writes later would fail when another wrote between."""
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _bad_url() -> UsageError:
    return UsageError(
        "store.url",
        Bilingual("数据库地址无效。", "The database address is not valid."),
        Bilingual(
            "应为 sqlite:///文件路径 或 postgresql://用户:密码@主机/库名。",
            "It is sqlite:///path or postgresql://user:password@host/name.",
        ),
    )
