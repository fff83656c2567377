"""Somebody with the database, without the installation's secret, cannot make a trail that holds (L10)."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from hiring_world import MovingClock
from sqlalchemy import delete, select, text, update

from interview_engine.errors import UsageError
from interview_engine.hr.all_tables import Base
from interview_engine.store import audit
from interview_engine.store.audit import GENESIS, Anchor, AuditProblem
from interview_engine.store.engine import Database
from interview_engine.store.resealing import reseal
from interview_engine.store.secrets import SecretBox
from interview_engine.store.tables import AuditEvent, AuditHead
from interview_engine.store.trail_seal import open_key

SECRET, OTHER = "for-tests-only-" + "z" * 32, "for-tests-only-" + "y" * 32
BOX = SecretBox(SECRET)


def write(database: Database, number: int, actor: str = "account:1") -> None:
    clock = MovingClock()
    for index in range(number):
        with database.transaction() as session:
            audit.record(session, actor, "report.read", f"application:{index}", {"index": index}, clock)


def start(database: Database, box: SecretBox = BOX) -> int | None:
    """As a process of the service starts; from where on it seals when it began to now."""
    with database.transaction() as session:
        database.trail_key, begun = open_key(session, box)
    return begun


def problem(database: Database, known: Anchor | None = None) -> AuditProblem | None:
    with database.reading() as session:
        return audit.verify(session, known)


def attacker(database: Database) -> Database:
    """The same rows in the hands of somebody who has all but the key."""
    with database.transaction() as session:
        if database.is_sqlite:
            session.execute(text("DROP TRIGGER audit_event_no_update"))
            session.execute(text("DROP TRIGGER audit_event_no_delete"))
        else:
            session.execute(text("ALTER TABLE audit_event DISABLE TRIGGER audit_event_no_change"))
    return Database(database.engine)


def cut(database: Database, after: int) -> None:
    """Remove the events after that one and move the end there."""
    with database.transaction() as session:
        session.execute(delete(AuditEvent).where(AuditEvent.sequence > after))
        last = session.scalar(select(AuditEvent.hash).where(AuditEvent.sequence == after)) or GENESIS
        session.execute(update(AuditHead).values(sequence=after, hash=last))


def change(database: Database) -> None:
    with database.transaction() as session:
        session.execute(update(AuditEvent).where(AuditEvent.sequence == 3).values(actor="account:2"))


def remove(database: Database) -> None:
    with database.transaction() as session:
        session.execute(delete(AuditEvent).where(AuditEvent.sequence == 3))


def swap(database: Database) -> None:
    with database.transaction() as session:
        for source, goal in ((3, 90), (4, 3), (90, 4)):
            session.execute(update(AuditEvent).where(AuditEvent.sequence == source).values(sequence=goal))


def cut_the_end(database: Database) -> None:
    cut(database, 4)


def write_the_end_again(database: Database) -> None:
    cut(database, 3)
    write(database, 2, "account:other")


def write_everything_again(database: Database) -> None:
    cut(database, 0)
    write(database, 5, "account:other")


def write_everything_again_without_seals(database: Database) -> None:
    write_everything_again(database)
    with database.transaction() as session:
        session.execute(update(AuditEvent).values(seal=None))
        session.execute(update(AuditHead).values(seal=None))


def empty(database: Database) -> None:
    with database.transaction() as session:
        session.execute(delete(AuditEvent))
        session.execute(delete(AuditHead))


ATTACKS: dict[str, tuple[Callable[[Database], None], AuditProblem]] = {
    "changed": (change, AuditProblem(3, "changed")),
    "deleted": (remove, AuditProblem(3, "missing")),
    "swapped": (swap, AuditProblem(3, "unlinked")),
    "cut, with the end moved": (cut_the_end, AuditProblem(4, "unsealed")),
    "its end written again": (write_the_end_again, AuditProblem(4, "unsealed")),
    "all written again": (write_everything_again, AuditProblem(5, "unsealed")),
    "all written again without seals": (write_everything_again_without_seals, AuditProblem(5, "unsealed")),
    "emptied": (empty, AuditProblem(1, "unsealed")),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_was_done_without_the_key_is_found(database: Database, attack: str) -> None:
    assert start(database) == 0
    write(database, 5)
    assert problem(database) is None
    do, expected = ATTACKS[attack]
    do(attacker(database))
    assert problem(database) == expected


@pytest.mark.parametrize("attack", ["cut, with the end moved", "its end written again", "all written again", "emptied"])
def test_going_on_and_starting_again_do_not_seal_what_was_moved(database: Database, attack: str) -> None:
    start(database)
    write(database, 5)
    ATTACKS[attack][0](attacker(database))
    write(database, 2)
    assert problem(database) is not None
    if attack != "emptied":  # with it went the key; the start after it begins anew and says so
        assert start(database) is None
        write(database, 2)
        assert problem(database) is not None


def test_a_trail_that_grows_while_it_is_checked_holds(database: Database) -> None:
    start(database)
    write(database, 30)
    stop = threading.Event()

    def go_on() -> None:
        while not stop.is_set():
            write(database, 1)

    writer = threading.Thread(target=go_on)
    writer.start()
    try:
        assert [problem(database) for _ in range(60)] == [None] * 60
    finally:
        stop.set()
        writer.join()


def test_an_end_kept_elsewhere_shows_even_a_trail_that_began_anew(database: Database) -> None:
    start(database)
    write(database, 5)
    with database.reading() as session:
        kept = audit.anchor(session)
    empty(attacker(database))
    assert start(database) == 0
    write(database, 6, "account:other")
    assert problem(database) is None
    assert problem(database, kept) == AuditProblem(5, "rewritten")


def test_a_trail_from_before_there_was_a_key_is_covered_by_the_seal_of_its_end(database: Database) -> None:
    write(database, 3)
    assert start(database) == 3
    write(database, 2)
    assert problem(database) is None
    thief = attacker(database)
    cut(thief, 2)
    write(thief, 3, "account:other")
    assert problem(database) == AuditProblem(5, "unsealed")


def test_a_new_secret_keeps_the_key_and_another_one_is_refused(database: Database) -> None:
    start(database)
    write(database, 2)
    renewed = SecretBox(OTHER, (SECRET,))
    with database.transaction() as session:
        assert reseal(session, renewed, Base.metadata) == 1
    assert start(database, SecretBox(OTHER)) is None
    write(database, 2)
    assert problem(database) is None
    with pytest.raises(UsageError, match=r"secret\.cannot_decrypt"):
        start(database, BOX)


def test_the_key_is_in_no_column_in_clear(database: Database) -> None:
    start(database)
    with database.reading() as session:
        kept = session.scalar(select(AuditHead.key_encrypted)) or ""
    assert database.trail_key is not None
    assert kept
    assert database.trail_key.hex() not in kept


def test_an_end_as_people_keep_it_is_read_and_nothing_else() -> None:
    assert audit.read_anchor(f" 4:{'a' * 64}\n") == Anchor(4, "a" * 64)
    for wrong in ("", "4", f"4:{'a' * 63}", f"4:{'A' * 64}", f"-4:{'a' * 64}", f"{'9' * 19}:{'a' * 64}"):
        assert audit.read_anchor(wrong) is None
