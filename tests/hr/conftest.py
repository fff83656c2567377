"""The company that recruiting tests work in."""

from __future__ import annotations

import pytest
from hiring_world import World, make_world

from interview_engine.store.engine import Database


@pytest.fixture
def world(database: Database) -> World:
    """On SQLite and on PostgreSQL."""
    return make_world(database)


@pytest.fixture
def small_world(sqlite_database: Database) -> World:
    """On SQLite only, for what does not depend on the database."""
    return make_world(sqlite_database)
