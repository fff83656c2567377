"""The company that recruiting tests work in: made once on each database, copied for each test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from databases import PostgresServer, copied_sqlite
from hiring_world import MovingClock, World, make_world

from interview_engine.store.engine import Database, open_database


@pytest.fixture(scope="session")
def _sqlite_world(_sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, World]:
    path = tmp_path_factory.mktemp("world") / "world.db"
    database = copied_sqlite(_sqlite_template, path)
    world = make_world(database)
    database.close()
    return path, world


@pytest.fixture(scope="session")
def _postgres_world(postgres: PostgresServer, _postgres_template: str) -> tuple[str, World]:
    name = "with_company"
    postgres.create(name, _postgres_template)
    database = open_database(postgres.url(name))
    world = make_world(database)
    database.close()
    return name, world


@pytest.fixture
def small_world(_sqlite_world: tuple[Path, World], tmp_path: Path) -> Iterator[World]:
    """On SQLite only, for what does not depend on the database."""
    path, world = _sqlite_world
    database = copied_sqlite(path, tmp_path / "company.db")
    yield _copy(world, database)
    database.close()


@pytest.fixture
def _postgres_copy(postgres: PostgresServer, _postgres_world: tuple[str, World]) -> Iterator[World]:
    name, world = _postgres_world
    with postgres.fresh(name) as url:
        database = open_database(url)
        yield _copy(world, database)
        database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest) -> World:
    """On SQLite and on PostgreSQL."""
    found = request.getfixturevalue("small_world" if request.param == "sqlite" else "_postgres_copy")
    assert isinstance(found, World)
    return found


def _copy(world: World, database: Database) -> World:
    return replace(world, database=database, clock=MovingClock(world.clock.at))
