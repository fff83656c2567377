"""Fixtures that tests of several packages share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from argon2 import PasswordHasher
from databases import PostgresServer, compile_once, copied_sqlite, make_tables, postgres_server
from grouping import pytest_collection_modifyitems
from hypothesis import HealthCheck, settings

from interview_engine.hr.accounts import passwords
from interview_engine.store.engine import Database, open_database

if TYPE_CHECKING:
    from console_pages import StoredCompany

__all__ = ["pytest_collection_modifyitems"]

settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")
"""How fast a machine is at the moment says nothing about what the product does."""


LONGEST_ID = 80


def pytest_make_parametrize_id(val: object) -> str | None:
    """A long value is named by its beginning and its size: a name of megabytes is sent, sorted and printed."""
    if isinstance(val, str | bytes) and len(val) > LONGEST_ID:
        return f"{val[:20]!r} of {len(val)}"
    return None


@dataclass(frozen=True, slots=True)
class Hashing:
    """How passwords are hashed: the hasher, and a hash that no password holds for."""

    hasher: PasswordHasher
    nobody: str

    def use(self) -> None:
        """Hash like this from now on."""
        passwords._HASHER, passwords._NOBODY = self.hasher, self.nobody


@pytest.fixture(scope="session", autouse=True)
def product_hashing() -> Iterator[Hashing]:
    """What is slow on purpose, 0.1 s a password, is quick in all tests; gives the product's own for those of it."""
    own = Hashing(passwords._HASHER, passwords._NOBODY)
    quick = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    Hashing(quick, quick.hash("nobody's")).use()
    yield own
    own.use()


@pytest.fixture(scope="session", autouse=True)
def _statements_are_compiled_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        compile_once(monkeypatch)
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server of this test run's own; skips where PostgreSQL is not installed."""
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def _postgres_template(postgres: PostgresServer) -> str:
    """A database with all tables to copy; nobody opens it."""
    name = "with_tables"
    postgres.execute(f"CREATE DATABASE {name}")
    make_tables(postgres.url(name))
    return name


@pytest.fixture(scope="session")
def _postgres_shared(postgres: PostgresServer, _postgres_template: str) -> str:
    name = "shared"
    postgres.create(name, _postgres_template)
    return name


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    make_tables(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_database(_sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """An empty SQLite database with all tables."""
    database = copied_sqlite(_sqlite_template, tmp_path / "engine.db")
    yield database
    database.close()


@pytest.fixture
def postgres_database(postgres: PostgresServer, _postgres_shared: str) -> Iterator[Database]:
    """An empty PostgreSQL database with all tables: one for the whole run, emptied after each test."""
    database = open_database(postgres.url(_postgres_shared))
    yield database
    database.close()
    postgres.empty(_postgres_shared)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """Each test twice: on SQLite and on PostgreSQL, empty, with all tables."""
    name = "sqlite_database" if request.param == "sqlite" else "postgres_database"
    found = request.getfixturevalue(name)
    assert isinstance(found, Database)
    return found


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'bare.db'}"
        return
    server = request.getfixturevalue("postgres")
    assert isinstance(server, PostgresServer)
    with server.fresh() as url:
        yield url


@pytest.fixture(scope="session")
def hiring_company(tmp_path_factory: pytest.TempPathFactory) -> StoredCompany:
    """The company of `console_data` with its interviews assessed: made once, to be copied."""
    import console_data  # the whole application: seconds, for those who ask
    from console_pages import stored_company

    context = console_data.make_context(tmp_path_factory.mktemp("hiring-company"))
    return stored_company(console_data.hiring_company(context))
