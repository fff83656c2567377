"""Fixtures of the tests of accounts: somebody who signs in, with password hashes made quick."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher
from sign_in_house import House, house_in

from interview_engine.hr.accounts import passwords
from interview_engine.store.engine import Database


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is slow on purpose is made quick where it is not what is tested."""
    quick = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", quick)
    monkeypatch.setattr(passwords, "_NOBODY", quick.hash("nobody's"))


@pytest.fixture
def house(sqlite_database: Database, _quick: None) -> House:
    return house_in(sqlite_database)


@pytest.fixture
def both(database: Database, _quick: None) -> House:
    return house_in(database)
