"""What is an outage and what is a fault; and small work that is left undone in one instead of failing a page."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from databases import PostgresServer
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError

from interview_engine.store.engine import BUSY_TIMEOUT_MS, HURRIED_MS, Database, open_database
from interview_engine.store.outages import cannot_start, outage_of

INSERT = "INSERT INTO audit_head (id, sequence, hash) VALUES (7, 0, 'x')"


@contextmanager
def locked(database: Database) -> Iterator[None]:
    """Somebody else writes and does not finish."""
    with database.engine.connect() as connection:
        connection.execute(text(INSERT))
        yield
        connection.rollback()


def hurried(database: Database) -> bool:
    return database.attempt(lambda session: session.execute(text(INSERT)))


def test_small_work_waits_for_nobody_and_is_left_undone(database: Database) -> None:
    with locked(database):
        assert not hurried(database)
    assert hurried(database)
    question = (
        "PRAGMA busy_timeout" if database.is_sqlite else "SELECT setting FROM pg_settings WHERE name = 'lock_timeout'"
    )
    waits: list[int] = []
    assert database.attempt(lambda session: waits.append(int(session.scalar(text(question)))))
    assert waits == [HURRIED_MS]
    assert HURRIED_MS < BUSY_TIMEOUT_MS / 10


def test_a_connection_that_was_hurried_is_patient_again(sqlite_database: Database) -> None:
    assert hurried(sqlite_database)
    with sqlite_database.reading() as session:
        assert session.scalar(text("PRAGMA busy_timeout")) == BUSY_TIMEOUT_MS


def test_a_fault_of_the_program_in_small_work_is_not_hidden(sqlite_database: Database) -> None:
    with pytest.raises(OperationalError) as fault:
        sqlite_database.attempt(lambda session: session.execute(text("SELECT * FROM no_such_table")))
    assert outage_of(fault.value) is None


def test_a_lock_that_does_not_end_is_busy(sqlite_database: Database, tmp_path: Path) -> None:
    other = open_database(str(sqlite_database.engine.url))
    with locked(sqlite_database), other.engine.connect() as connection:
        with pytest.raises(DBAPIError) as failed:
            connection.execution_options(hurried=True).execute(text("SELECT 1"))
        assert outage_of(failed.value) == "busy"
    other.close()


def test_a_file_that_is_no_folder_is_away_and_a_full_disk_is_full() -> None:
    assert outage_of(OSError(errno.ENOSPC, "full")) == "full"
    assert outage_of(OSError(errno.EROFS, "ro")) == "read-only"
    assert outage_of(OSError(errno.ENOENT, "not there")) is None
    assert outage_of(ValueError()) is None


def test_a_server_that_is_stopped_is_away(postgres: PostgresServer) -> None:
    with postgres.fresh() as url:
        database = open_database(url)
        with database.engine.connect() as connection:
            pid = connection.scalar(text("SELECT pg_backend_pid()"))
            postgres.execute(f"SELECT pg_terminate_backend({pid}, 60000)")  # waits until it is gone
            with pytest.raises(DBAPIError) as failed:
                connection.execute(text("SELECT 1"))
            assert outage_of(failed.value) == "away"
            connection.invalidate()
        database.close()
    nobody = open_database("postgresql://tester@/x?host=/nowhere")
    with pytest.raises(OperationalError) as refused:
        nobody.engine.connect()
    assert outage_of(refused.value) == "away"


@pytest.mark.parametrize("state", ["53100", "25006", "40P01", "57P01", "08006"])
def test_states_of_postgresql_are_told_apart(state: str) -> None:
    original = psycopg.errors.lookup(state)("x")
    found = outage_of(DBAPIError("SELECT", {}, original))
    assert found == {"53100": "full", "25006": "read-only", "40P01": "busy", "57P01": "away", "08006": "away"}[state]


def test_a_value_that_is_refused_is_no_outage(database: Database) -> None:
    with database.transaction() as session:
        session.execute(text(INSERT))
        with pytest.raises(DBAPIError) as refused:
            session.execute(text(INSERT))
        session.rollback()
    assert outage_of(refused.value) is None


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OSError(errno.ENOSPC, "full", "/data/x"), "store.full"),
        (PermissionError(errno.EACCES, "denied", "/data/x"), "store.read_only"),
        (FileNotFoundError(errno.ENOENT, "gone", "/data/x"), "store.away"),
    ],
)
def test_a_start_that_fails_says_what_to_do_in_both_languages(error: OSError, code: str) -> None:
    words = cannot_start(error, "elsewhere")
    assert words is not None
    assert words.code == code
    assert "/data/x" in words.message.en
    assert "/data/x" in words.message.zh
    assert words.next_step.zh != words.next_step.en
    assert cannot_start(ValueError(), "x") is None
