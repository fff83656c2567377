"""One key, one effect (L1): also when two requests come at once, and when the first one dies half-way."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from interview_engine.errors import ConflictError, InvalidInput
from interview_engine.hr.people.tables import LegalEntity
from interview_engine.store import idempotency
from interview_engine.store.engine import Database
from interview_engine.store.idempotency import Kept
from interview_engine.store.rows import stamp
from interview_engine.store.secrets import SecretBox
from interview_engine.store.tables import IdempotencyKey

BOX = SecretBox("for-tests-only-" + "z" * 32)


@dataclass
class Clock:
    at: datetime = field(default_factory=lambda: datetime(2026, 11, 21, 8, tzinfo=UTC))

    def now(self) -> datetime:
        return self.at

    def monotonic_s(self) -> float:
        return self.at.timestamp()


def once(database: Database, clock: Clock, key: str, request: str, name: str, actor: str = "account:a") -> Kept:
    """A request whose effect is a company of that name; names may repeat here as ids differ."""
    with database.transaction() as session:
        kept = idempotency.begin(session, BOX, actor, key, request, clock)
        if kept is not None:
            return kept
        session.add(LegalEntity(**stamp(actor, clock), name=name, city=key))
        session.flush()
        answer = Kept(201, f'{{"name": "{name}"}}')
        idempotency.keep(session, BOX, actor, key, answer)
        return answer


def effects(database: Database, key: str) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(LegalEntity.name).where(LegalEntity.city == key)))


def test_the_same_request_again_gets_the_answer_of_the_first(database: Database) -> None:
    clock = Clock()
    first = once(database, clock, "k1", "sha", "A")
    again = once(database, clock, "k1", "sha", "B")
    assert again == first == Kept(201, '{"name": "A"}')
    assert effects(database, "k1") == ["A"]


def test_another_request_under_the_same_key_is_refused(database: Database) -> None:
    clock = Clock()
    once(database, clock, "k1", "sha", "A")
    with pytest.raises(ConflictError, match=r"idempotency\.reused"):
        once(database, clock, "k1", "other", "B")
    assert effects(database, "k1") == ["A"]


def test_another_account_may_use_the_same_key(database: Database) -> None:
    clock = Clock()
    once(database, clock, "k1", "sha", "A")
    assert once(database, clock, "k1", "sha", "B", actor="account:b").body == '{"name": "B"}'


def test_a_request_that_failed_leaves_its_key_free(database: Database) -> None:
    clock = Clock()

    def dying() -> None:
        with database.transaction() as session:
            assert idempotency.begin(session, BOX, "account:a", "k1", "sha", clock) is None
            raise RuntimeError("died half-way")

    with pytest.raises(RuntimeError, match="died"):
        dying()
    assert once(database, clock, "k1", "sha", "A").status == 201


def test_a_key_is_free_again_after_a_day_and_not_before(database: Database) -> None:
    clock = Clock()
    once(database, clock, "k1", "sha", "A")
    clock.at += timedelta(hours=24)
    assert once(database, clock, "k1", "sha", "B").body == '{"name": "A"}'
    clock.at += timedelta(seconds=1)
    assert once(database, clock, "k1", "other", "C").body == '{"name": "C"}'


def test_what_is_kept_cannot_be_read_from_the_database(database: Database) -> None:
    once(database, Clock(), "k1", "sha", "A")
    with database.reading() as session:
        row = session.scalars(select(IdempotencyKey)).one()
    assert "name" not in row.body_encrypted
    assert BOX.decrypt(row.body_encrypted) == '{"name": "A"}'


@pytest.mark.parametrize("key", ["", "x" * 201, "two words", "ключ", "tab\t", "nul\0"])
def test_a_key_is_visible_ascii_of_at_most_200_characters(sqlite_database: Database, key: str) -> None:
    with pytest.raises(InvalidInput, match=r"idempotency\.key"):
        once(sqlite_database, Clock(), key, "sha", "A")


def test_many_at_once_have_one_effect_and_one_answer(database: Database) -> None:
    clock, ready = Clock(), threading.Barrier(8)

    def request(number: int) -> Kept:
        ready.wait()
        return once(database, clock, "race", "sha", f"by {number}")

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(request, range(8)))
    assert len(set(answers)) == 1
    assert len(effects(database, "race")) == 1
