"""Somebody who imports into the company of the tests."""

from __future__ import annotations

import pytest
from hiring_world import World
from import_desk import Desk


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)
