"""The company that recruiting tests work in: made once on each database, copied for each test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from databases import PostgresServer, copied_sqlite
from hiring_world import BOX, MovingClock, World, make_world

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


@contextmanager
def _on_sqlite(made: tuple[Path, World], path: Path) -> Iterator[World]:
    template, world = made
    database = copied_sqlite(template, path)
    yield _copy(world, database)
    database.close()


@contextmanager
def _on_postgres(server: PostgresServer, made: tuple[str, World]) -> Iterator[World]:
    template, world = made
    with server.fresh(template) as url:
        database = open_database(url)
        yield _copy(world, database)
        database.close()


@pytest.fixture
def small_world(_sqlite_world: tuple[Path, World], tmp_path: Path) -> Iterator[World]:
    """On SQLite only, for what does not depend on the database."""
    with _on_sqlite(_sqlite_world, tmp_path / "company.db") as world:
        yield world


@pytest.fixture
def _postgres_copy(postgres: PostgresServer, _postgres_world: tuple[str, World]) -> Iterator[World]:
    with _on_postgres(postgres, _postgres_world) as world:
        yield world


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest) -> World:
    """On SQLite and on PostgreSQL."""
    found = request.getfixturevalue("small_world" if request.param == "sqlite" else "_postgres_copy")
    assert isinstance(found, World)
    return found


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world_of_a_story(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """On both, one company for a whole file: for a story that is played once and that many tests look at."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("story") / "company.db"
        opened = _on_sqlite(request.getfixturevalue("_sqlite_world"), path)
    else:
        opened = _on_postgres(request.getfixturevalue("postgres"), request.getfixturevalue("_postgres_world"))
    with opened as world:
        yield world


def _copy(world: World, database: Database) -> World:
    database.box = BOX
    return replace(world, database=database, clock=MovingClock(world.clock.at))
