"""A company with a head, four people under them and a cycle."""

from __future__ import annotations

import pytest
from hiring_world import World
from performance_story import Played, play


@pytest.fixture
def played(world: World) -> Played:
    return play(world)


@pytest.fixture
def small(small_world: World) -> Played:
    return play(small_world)


@pytest.fixture(scope="module")
def story(world_of_a_story: World) -> Played:
    return play(world_of_a_story)
