"""Fixtures of the tests of accounts: somebody who signs in."""

from __future__ import annotations

import pytest
from sign_in_house import House, house_in

from interview_engine.store.engine import Database


@pytest.fixture
def house(sqlite_database: Database) -> House:
    return house_in(sqlite_database)


@pytest.fixture
def both(database: Database) -> House:
    return house_in(database)
