"""Somebody who works in the company and has expenses, on both databases and on SQLite alone."""

from __future__ import annotations

import pytest
from expense_staff import Spender
from hiring_world import World
from request_staff import employ


@pytest.fixture
def spender(world: World) -> Spender:
    with world.database.transaction() as session:
        return Spender(employ(world, session))


@pytest.fixture
def small_spender(small_world: World) -> Spender:
    with small_world.database.transaction() as session:
        return Spender(employ(small_world, session))
