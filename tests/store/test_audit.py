"""The audit trail: every event once, in a chain that shows any change, under concurrency, on both databases (L10)."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hiring_world import MovingClock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from interview_engine.clock import SystemClock
from interview_engine.errors import ConflictError, SignInRefused
from interview_engine.i18n import LocalizedText
from interview_engine.store import audit
from interview_engine.store.audit import Anchor, AuditProblem
from interview_engine.store.engine import Database
from interview_engine.store.tables import AuditEvent, AuditHead


def written(database: Database, number: int) -> Anchor:
    """So many events, each in its own transaction; returns the end."""
    clock = MovingClock()
    for index in range(number):
        with database.transaction() as session:
            audit.record(session, "account:1", "report.read", f"application:{index}", {"index": index}, clock)
    with database.reading() as session:
        return audit.anchor(session)


def problem(database: Database, known: Anchor | None = None) -> AuditProblem | None:
    with database.reading() as session:
        return audit.verify(session, known)


def unlock(database: Database) -> None:
    """What somebody with the database's own rights can do: switch the triggers off."""
    with database.transaction() as session:
        if database.is_sqlite:
            session.execute(text("DROP TRIGGER audit_event_no_update"))
            session.execute(text("DROP TRIGGER audit_event_no_delete"))
        else:
            session.execute(text("ALTER TABLE audit_event DISABLE TRIGGER audit_event_no_change"))


def test_an_untouched_chain_holds(database: Database) -> None:
    end = written(database, 5)
    assert end.sequence == 5
    assert problem(database) is None
    assert problem(database, end) is None


@pytest.mark.parametrize(
    "statement",
    [update(AuditEvent).values(actor="account:2"), delete(AuditEvent)],
    ids=["update", "delete"],
)
def test_the_database_refuses_to_change_or_remove_an_event(database: Database, statement: Any) -> None:
    written(database, 2)
    with pytest.raises(DBAPIError, match="append-only"), database.transaction() as session:
        session.execute(statement.where(AuditEvent.sequence == 1))
    assert problem(database) is None


def test_postgresql_refuses_to_empty_the_table(postgres_database: Database) -> None:
    written(postgres_database, 2)
    with pytest.raises(DBAPIError, match="append-only"), postgres_database.transaction() as session:
        session.execute(text("TRUNCATE audit_event"))


COLUMNS: list[tuple[str, Any]] = [
    ("actor", "account:2"),
    ("action", "report.written"),
    ("subject", "application:9"),
    ("detail", {"index": 7}),
    ("prev_hash", "f" * 64),
    ("hash", "f" * 64),
    ("at", MovingClock().at),
]


@pytest.mark.parametrize(("column", "value"), COLUMNS, ids=[name for name, _ in COLUMNS])
def test_a_changed_column_is_found(database: Database, column: str, value: Any) -> None:
    written(database, 4)
    unlock(database)
    with database.transaction() as session:
        session.execute(update(AuditEvent).where(AuditEvent.sequence == 3).values({column: value}))
    found = problem(database)
    assert found is not None
    assert found.sequence == 3


def test_a_removed_event_is_found(database: Database) -> None:
    written(database, 4)
    unlock(database)
    with database.transaction() as session:
        session.execute(delete(AuditEvent).where(AuditEvent.sequence == 2))
    assert problem(database) == AuditProblem(2, "missing")


def test_a_chain_cut_at_its_end_is_found(database: Database) -> None:
    written(database, 4)
    unlock(database)
    with database.transaction() as session:
        session.execute(delete(AuditEvent).where(AuditEvent.sequence == 4))
    assert problem(database) == AuditProblem(4, "cut")


def test_a_chain_rewritten_as_a_whole_is_found_by_an_end_kept_elsewhere(database: Database) -> None:
    end = written(database, 4)
    unlock(database)
    with database.transaction() as session:
        session.execute(delete(AuditEvent))
        session.execute(delete(AuditHead))
    written_again = written(database, 3)
    with database.transaction() as session:
        audit.record(session, "account:other", "report.read", "application:3", {"index": 3}, MovingClock())
    assert written_again.sequence == 3
    assert problem(database) is None  # by itself it is a good chain
    assert problem(database, end) == AuditProblem(4, "rewritten")


def test_two_events_swapped_are_found(database: Database) -> None:
    written(database, 4)
    unlock(database)
    with database.transaction() as session:
        for source, goal in ((2, 90), (3, 2), (90, 3)):
            session.execute(update(AuditEvent).where(AuditEvent.sequence == source).values(sequence=goal))
    found = problem(database)
    assert found is not None
    assert found.sequence == 2


def test_many_writers_at_once_make_one_chain_without_gaps(database: Database) -> None:
    clock = SystemClock()

    def write(number: int) -> None:
        with database.transaction() as session:
            audit.record(session, f"account:{number}", "a.first", "x:1", {"n": number}, clock)
            audit.record(session, f"account:{number}", "a.second", "x:2", {"n": number}, clock)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(30)))
    assert problem(database) is None
    with database.reading() as session:
        actors = session.execute(select(AuditEvent.actor, func.count()).group_by(AuditEvent.actor)).all()
    assert sorted(count for _, count in actors) == [2] * 30


def test_writers_that_lock_rows_in_opposite_order_to_the_trail_do_not_block_each_other(
    postgres_database: Database,
) -> None:
    """An event recorded first and a row changed later must not meet another writer who does it the other way round."""
    clock = SystemClock()
    with postgres_database.transaction() as session:
        session.execute(text("INSERT INTO legal_entity (id, name, city, created_at, updated_at, actor) "
                             "VALUES ('e', 'e', '', now(), now(), 'system')"))  # fmt: skip

    def write(number: int) -> None:
        with postgres_database.transaction() as session:
            change = text("UPDATE legal_entity SET city = :city WHERE id = 'e'")
            if number % 2:
                audit.record(session, "system", "a.b", "x:1", {}, clock)
                session.execute(change, {"city": str(number)})
            else:
                session.execute(change, {"city": str(number)})
                audit.record(session, "system", "a.b", "x:1", {}, clock)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(40)))
    assert problem(postgres_database) is None


def fail(database: Database, error: Exception) -> None:
    with database.transaction() as session:
        audit.record(session, "account:1", "a.b", "x:1", {}, MovingClock())
        raise error


def test_what_did_not_happen_is_not_in_the_trail(database: Database) -> None:
    words = LocalizedText("一", "one")
    with pytest.raises(ConflictError):
        fail(database, ConflictError("x.y", words, words))
    with pytest.raises(KeyError):
        fail(database, KeyError("x"))
    assert written(database, 1).sequence == 1


def test_a_refused_sign_in_leaves_its_event_although_it_raises(database: Database) -> None:
    words = LocalizedText("一", "one")
    with pytest.raises(SignInRefused):
        fail(database, SignInRefused("x.y", words, words))
    assert written(database, 1).sequence == 2


def _record_in_a_savepoint_and_fail(session: Session, clock: MovingClock) -> None:
    with session.begin_nested():
        audit.record(session, "account:1", "a.outer", "x:1", {}, clock)
        with session.begin_nested():
            audit.record(session, "account:1", "a.inner", "x:1", {}, clock)
        raise KeyError


def test_a_savepoint_that_is_rolled_back_takes_its_events_along(database: Database) -> None:
    clock = MovingClock()
    with database.transaction() as session:
        audit.record(session, "account:1", "a.before", "x:1", {}, clock)
        with pytest.raises(KeyError):
            _record_in_a_savepoint_and_fail(session, clock)
        with session.begin_nested():
            audit.record(session, "account:1", "a.after", "x:1", {}, clock)
    with database.reading() as session:
        assert session.scalars(select(AuditEvent.action).order_by(AuditEvent.sequence)).all() == ["a.before", "a.after"]
        assert audit.verify(session) is None


def test_a_session_that_never_commits_refuses_to_record(database: Database) -> None:
    with pytest.raises(RuntimeError), database.reading() as session:
        audit.record(session, "account:1", "report.read", "x:1", {}, MovingClock())


def test_an_export_can_be_checked_without_the_database(database: Database) -> None:
    end = written(database, 4)
    with database.reading() as session:
        lines = list(audit.exported(session))
    assert audit.verify_exported(lines, end) is None

    def changed(change: Callable[[dict[str, Any]], None]) -> list[str]:
        values = json.loads(lines[1])
        change(values)
        return [lines[0], json.dumps(values), *lines[2:]]

    assert audit.verify_exported(changed(lambda v: v["detail"].update(index=9))) == AuditProblem(2, "changed")
    assert audit.verify_exported([lines[0], *lines[2:]]) == AuditProblem(2, "missing")
    assert audit.verify_exported(lines[:3], end) == AuditProblem(4, "cut")


scalars = st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False)
details = st.dictionaries(
    st.text(max_size=8),
    st.recursive(scalars | st.text(max_size=12), lambda inner: st.lists(inner, max_size=3), max_leaves=6),
    max_size=4,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(detail=details)
def test_any_json_detail_comes_back_from_the_database_with_the_same_hash(
    database: Database, detail: dict[str, Any]
) -> None:
    with database.transaction() as session:
        audit.record(session, "account:1", "a.b", "x:1", detail, MovingClock())
    assert problem(database) is None


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), object(), b"x"])
def test_what_is_no_json_is_refused(sqlite_database: Database, wrong: object) -> None:
    with pytest.raises(ValueError, match="JSON"), sqlite_database.transaction() as session:
        audit.record(session, "account:1", "a.b", "x:1", {"value": wrong}, MovingClock())
