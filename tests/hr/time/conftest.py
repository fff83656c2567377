"""Somebody who works in the company, on both databases and on SQLite alone."""

from __future__ import annotations

import pytest
from hiring_world import World
from request_staff import Staff, employ


@pytest.fixture
def staff(world: World) -> Staff:
    with world.database.transaction() as session:
        return employ(world, session)


@pytest.fixture
def small_staff(small_world: World) -> Staff:
    with small_world.database.transaction() as session:
        return employ(small_world, session)
